import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type AtlasContents, atlasSvg } from '../../models/drawing/atlas-svg.ts';
import { colorTable } from '../../models/drawing/color-maps.ts';
import { mapOver, STAGES, WINDOW } from './maps.ts';

const { keys } = STAGES[1]!;
const count = keys.rows.count * keys.cols.count;
const VALUES = [0, 0.25, 0.5, 0.75, 1, 0.1] as const;

/** Maps of one value each: six, in columns of three. */
function contents(change: Partial<AtlasContents> = {}): AtlasContents {
  const maps = VALUES.map((value, index) => ({
    map: mapOver(keys, { cells: new Float32Array(count).fill(value), head: index % 3, block: Math.floor(index / 3) }),
    label: '',
  }));
  return {
    maps,
    columns: 3,
    rowLabels: ['block 1', 'block 2'],
    columnLabels: ['head 1', 'head 2', 'head <3>'],
    scale: { unit: 'probability', factor: 1, min: 0, max: 1, signed: false },
    place: { geometry: keys, window: WINDOW },
    colorMap: 'viridis',
    interpolation: 'tiles',
    caption: { title: 'All heads', lines: ['one scale'] },
    density: 1,
    ...change,
  };
}

describe('atlasSvg', () => {
  it.each(['tiles', 'smooth'] as const)('draws every map at its place in its colours, %s', async (interpolation) => {
    const { svg, width, height } = await atlasSvg(contents({ interpolation }), async ({ data, ...raster }) => {
      const png = await sharp(Buffer.from(data.buffer), { raw: { ...raster, channels: 4 } })
        .png()
        .toBuffer();
      return `data:image/png;base64,${png.toString('base64')}`;
    });
    const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([width, height]);
    const { rgb } = colorTable('viridis');
    const found = new Map<string, { x: number; y: number; pixels: number }>();
    for (const value of VALUES) found.set(colorOf(rgb, value), { x: 0, y: 0, pixels: 0 });
    for (let y = 0; y < info.height; y++)
      for (let x = 0; x < info.width; x++) {
        const at = (y * info.width + x) * 4;
        const place = found.get([...data.subarray(at, at + 3)].join());
        if (!place || place.pixels++ > 0) continue;
        place.x = x;
        place.y = y;
      }
    const corners = VALUES.map((value) => found.get(colorOf(rgb, value))!);
    // The same pitch between columns and between rows, in reading order; maps of one size.
    const [first, second, third, fourth] = corners;
    expect(second!.x - first!.x).toBe(third!.x - second!.x);
    expect(corners.slice(0, 3).map(({ y }) => y)).toEqual([first!.y, first!.y, first!.y]);
    expect(corners.slice(3).map(({ x }) => x)).toEqual(corners.slice(0, 3).map(({ x }) => x));
    expect(fourth!.y).toBeGreaterThan(first!.y + 100);
    for (const { pixels } of corners)
      expect(pixels).toBeGreaterThan(0.97 * (fourth!.y - first!.y - 5) * (second!.x - first!.x - 5));
  });

  it('says which map is which, on what scale', async () => {
    const { svg } = await atlasSvg(contents(), async () => 'data:,');
    for (const text of ['block 2', 'head 1', 'head &lt;3&gt;', 'All heads', 'one scale', 'probability'])
      expect(svg).toContain(`>${text}</`);
  });

  it('holds maps as images where their cells together are too many to be rectangles', async () => {
    const many = Array.from({ length: Math.ceil(10_001 / count) }, () => contents().maps[0]!);
    let images = 0;
    const { svg } = await atlasSvg(contents({ maps: many, columns: 20 }), async () => {
      images += 1;
      return 'data:,';
    });
    expect(images).toBe(many.length);
    expect(svg.match(/<image /g)).toHaveLength(many.length);
  });
});

function colorOf(rgb: Uint8Array, value: number): string {
  const step = Math.round(value * 255);
  return [...rgb.subarray(step * 3, step * 3 + 3)].join();
}
