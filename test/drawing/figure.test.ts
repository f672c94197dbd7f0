import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inputRect, type Rect, type StageGeometry, stageGeometries } from '../../models/attention/geometry.ts';
import { colorTable } from '../../models/drawing/color-maps.ts';
import { type FigureFacts, figureCaption } from '../../models/drawing/figure-caption.ts';
import { type FigureContents, figureSvg, PICTURE_SIDE } from '../../models/drawing/figure-svg.ts';
import { geometryOf, type Raster } from '../../models/drawing/map-raster.ts';
import { mapScale, positionOnScale } from '../../models/drawing/map-scale.ts';
import type { InputWindow } from '../../models/image/preprocessing.ts';
import { OFFICIAL } from '../attention/specs.ts';
import { mapOver, STAGES, WINDOW } from './maps.ts';

const HOSTILE = `<b>"it's" & ]]> \u0000\ud800 \u{1f426}.png`;

const FACTS: FigureFacts = {
  picture: HOSTILE,
  model: 'CvT-13 <224>',
  input: { rows: 78, cols: 61 },
  stages: STAGES.map(({ tokens, keys, cls }) => ({
    grids: {
      tokens: { rows: tokens.rows.count, cols: tokens.cols.count },
      keys: { rows: keys.rows.count, cols: keys.cols.count },
      cls,
    },
    heads: 3,
    depth: 10,
  })),
  classes: {
    name: (index) => ['tench & co', 'goldfish'][index]!,
    logits: Float32Array.of(9.31, -0.5),
    probabilities: Float32Array.of(0.912, 0.004),
  },
  explained: null,
};

const { keys, tokens } = STAGES[1]!;

async function dataUrl(raster: Raster): Promise<string> {
  const { data, width, height } = raster;
  const png = await sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** The picture in one colour. */
async function plainPicture(): Promise<string> {
  const { pictureWidth: width, pictureHeight: height } = WINDOW;
  const png = await sharp({ create: { width, height, channels: 3, background: '#204060' } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

function contents(change: Partial<FigureContents> = {}): FigureContents {
  const map = change.map ?? mapOver(keys);
  return {
    map,
    scale: mapScale(map, 'zero', [map]),
    place: { geometry: keys, window: WINDOW },
    components: null,
    colorMap: 'viridis',
    interpolation: 'tiles',
    opacity: 0.7,
    fadeLow: true,
    picture: null,
    pins: [],
    marked: [],
    bar: true,
    caption: figureCaption(map, FACTS),
    density: 1,
    ...change,
  };
}

async function render(svg: string) {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    at: (x: number, y: number) => [
      ...data.subarray(
        (Math.floor(y) * info.width + Math.floor(x)) * 4,
        (Math.floor(y) * info.width + Math.floor(x)) * 4 + 4,
      ),
    ],
  };
}

describe('figureSvg', () => {
  it('draws every cell in its colour at its centre, opaque where there is no picture', async () => {
    const figure = contents({ bar: false, caption: null });
    const { svg, width, height } = await figureSvg(figure, dataUrl);
    const seen = inputRect(WINDOW);
    const scale = PICTURE_SIDE / Math.max(seen.right - seen.left, seen.bottom - seen.top);
    expect({ width, height }).toEqual({
      width: Math.round((seen.right - seen.left) * scale),
      height: Math.round((seen.bottom - seen.top) * scale),
    });
    const image = await render(svg);
    expect(image).toMatchObject({ width, height });
    const { rgb } = colorTable('viridis');
    for (let row = 0; row < keys.rows.count; row++)
      for (let col = 0; col < keys.cols.count; col++) {
        const x = keys.cols.centre(col) * WINDOW.scaleX * scale;
        const y = keys.rows.centre(row) * WINDOW.scaleY * scale;
        const position = positionOnScale(figure.scale, figure.map.cells[row * keys.cols.count + col]!);
        const step = Math.round(position * 255);
        expect(image.at(x, y)).toEqual([...rgb.subarray(step * 3, step * 3 + 3), 255]);
      }
  });

  it('leaves no gap between neighbouring tiles', async () => {
    const map = mapOver(keys, { cells: new Float32Array(keys.rows.count * keys.cols.count).fill(1) });
    const { svg, width, height } = await figureSvg(contents({ map, bar: false, caption: null }), dataUrl);
    const image = await render(svg);
    const [red, green, blue] = colorTable('viridis').rgb.subarray(255 * 3);
    for (let y = 0; y < height; y += 5)
      for (let x = 0; x < width; x++) expect(image.at(x, y)).toEqual([red, green, blue, 255]);
  });

  it('lays the map over the picture as strongly as it is told', async () => {
    const cells = new Float32Array(keys.rows.count * keys.cols.count);
    cells[0] = 1;
    const map = mapOver(keys, { cells });
    const figure = contents({ map, picture: await plainPicture(), bar: false, caption: null });
    const { svg } = await figureSvg(figure, dataUrl);
    const image = await render(svg);
    const scale = PICTURE_SIDE / WINDOW.pictureWidth;
    const at = (cell: number) =>
      image.at(
        (WINDOW.left + keys.cols.centre(cell) * WINDOW.scaleX) * scale,
        (WINDOW.top + keys.rows.centre(0) * WINDOW.scaleY) * scale,
      );
    const top = colorTable('viridis').rgb.subarray(255 * 3);
    const picture = [0x20, 0x40, 0x60];
    for (const channel of [0, 1, 2]) {
      expect(Math.abs(at(0)[channel]! - (0.7 * top[channel]! + 0.3 * picture[channel]!))).toBeLessThanOrEqual(1);
      expect(at(2)[channel]).toBe(picture[channel]);
      // The crop leaves the picture's left border out: a veil lies over it.
      expect(Math.abs(image.at(5, 200)[channel]! - (0.72 * 255 + 0.28 * picture[channel]!))).toBeLessThanOrEqual(1);
    }
  });

  const large: InputWindow = { ...WINDOW, inputWidth: 120, inputHeight: 130, scaleX: 0.8, scaleY: 0.7 };
  const pixelsOf = (stages: readonly StageGeometry[]) => geometryOf(mapOver(keys, { on: 'pixels' }), stages);
  it.each([
    { name: 'smooth', geometry: keys, window: WINDOW, interpolation: 'smooth', density: 1, images: 1 },
    { name: 'smooth, at 3×', geometry: keys, window: WINDOW, interpolation: 'smooth', density: 3, images: 1 },
    {
      name: 'of 4758 pixels',
      geometry: pixelsOf(STAGES),
      window: WINDOW,
      interpolation: 'tiles',
      density: 1,
      images: 0,
    },
    {
      name: 'of 15600 pixels',
      geometry: pixelsOf(stageGeometries(OFFICIAL, 130, 120)),
      window: large,
      interpolation: 'tiles',
      density: 2,
      images: 1,
    },
  ] as const)(
    'draws a map that is $name with $images images',
    async ({ geometry, window, interpolation, density, images }) => {
      const map = mapOver(geometry);
      const figure = contents({ map, place: { geometry, window }, interpolation, density, bar: false, caption: null });
      const rasters: Raster[] = [];
      const { svg, width, height } = await figureSvg(figure, (raster) => {
        rasters.push(raster);
        return dataUrl(raster);
      });
      expect(rasters).toHaveLength(images);
      for (const raster of rasters) {
        expect(Math.abs(raster.width - width * density)).toBeLessThan(density);
        expect(Math.abs(raster.height - height * density)).toBeLessThan(density);
      }
      const image = await render(svg);
      expect(image).toMatchObject({ width, height });
      // The strongest cell has the colour of the top, wherever it is drawn from.
      const strongest = figure.map.cells.indexOf(Math.max(...figure.map.cells));
      const { left, top, right, bottom } = inputRect(window);
      const scale = PICTURE_SIDE / Math.max(right - left, bottom - top);
      const x = geometry.cols.centre(strongest % geometry.cols.count) * window.scaleX * scale;
      const y = geometry.rows.centre(Math.floor(strongest / geometry.cols.count)) * window.scaleY * scale;
      const [red, green, blue] = image.at(x, y);
      const wanted = colorTable('viridis').rgb.subarray(255 * 3);
      for (const [channel, got] of [red, green, blue].entries())
        expect(Math.abs(got! - wanted[channel]!)).toBeLessThan(24);
    },
  );

  it('is well-formed whatever names it is given, and says them', async () => {
    const figure = await figureSvg(contents({ picture: await plainPicture() }), dataUrl);
    const meta = await sharp(Buffer.from(figure.svg)).metadata();
    expect(meta).toMatchObject({ format: 'svg', width: figure.width, height: figure.height });
    expect(figure.svg).toContain('&lt;b&gt;&quot;it&#39;s&quot; &amp; ]]&gt; \ufffd\ufffd \u{1f426}.png');
    expect(figure.svg).not.toContain('<b>');
  });

  it('has no frame where there is nothing but the picture, and one where there is more', async () => {
    const picture = await plainPicture();
    const bare = await figureSvg(contents({ picture, bar: false, caption: null }), dataUrl);
    const barred = await figureSvg(contents({ picture, caption: null }), dataUrl);
    const full = await figureSvg(contents({ picture }), dataUrl);
    expect(bare).toMatchObject({ width: PICTURE_SIDE, height: (PICTURE_SIDE * 120) / 150 });
    expect(barred.width).toBe(PICTURE_SIDE + 32);
    expect(full.height).toBeGreaterThan(barred.height + 40);
  });

  it('marks pins and the query’s tile', async () => {
    const marked: Rect = { left: 60, top: 40, right: 80, bottom: 60 };
    const pins = [
      { tile: { left: 95, top: 85, right: 105, bottom: 95 }, color: '#e69f00', label: '1', active: true },
      { tile: { left: 35, top: 75, right: 45, bottom: 85 }, color: '#56b4e9', label: '2', active: false },
    ];
    const { svg } = await figureSvg(
      contents({ picture: await plainPicture(), pins, marked: [marked], bar: false, caption: null, opacity: 0 }),
      dataUrl,
    );
    const image = await render(svg);
    const scale = PICTURE_SIDE / 150;
    // On their tiles' left borders, and on their flags beside the number.
    for (const { tile, color } of pins) {
      const rgb = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
      expect(image.at(tile.left * scale + 0.5, (tile.top + 5) * scale)).toEqual([...rgb, 255]);
      expect(image.at(tile.left * scale + 1, tile.top * scale - 3)).toEqual([...rgb, 255]);
    }
    // A white line on the tile's left border.
    expect(
      image
        .at(60 * scale, 50 * scale)
        .slice(0, 3)
        .every((channel) => channel > 180),
    ).toBe(true);
    expect(image.at(70 * scale, 50 * scale)).toEqual([0x20, 0x40, 0x60, 255]);
  });

  it('draws colours of tokens without a colour bar', async () => {
    const count = tokens.rows.count * tokens.cols.count;
    const components = Float32Array.from({ length: count * 3 }, (_, i) => (i % 3 === 1 ? 1 : 0));
    const map = mapOver(tokens, { on: 'tokens', view: 'projection', unit: 'norm', uniform: null });
    const figure = contents({ map, components, place: { geometry: tokens, window: WINDOW }, caption: null });
    const { svg } = await figureSvg(figure, dataUrl);
    expect(svg).not.toContain('linearGradient');
    expect((await render(svg)).at(300, 300)).toEqual([0, 255, 0, 255]);
  });

  it('breaks long captions so that they stay on the figure', async () => {
    const tall = { ...WINDOW, pictureWidth: 20, pictureHeight: 400, left: 0, scaleX: 20 / 61 };
    const map = mapOver(keys);
    const facts = { ...FACTS, picture: `${'verylongname'.repeat(30)}.png` };
    const figure = await figureSvg(
      contents({
        map,
        picture: await plainPicture(),
        place: { geometry: keys, window: tall },
        caption: figureCaption(map, facts),
      }),
      dataUrl,
    );
    const texts = [...figure.svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((match) => match[1]!);
    expect(texts.join('')).toContain('verylongname');
    for (const text of texts) expect(text.length * 12 * 0.5).toBeLessThan(figure.width);
  });
});

describe('figureCaption', () => {
  const attribution = { view: 'attribution', unit: 'logit', signed: true, uniform: null, block: null } as const;
  it.each([
    [
      mapOver(keys, { view: 'cls', token: 0, block: 8, cls: 0.123 }),
      'Attention of the class token',
      [
        'Stage 2, block 9 of 10, mean of 3 heads',
        'Class-agnostic: the same map for every class',
        'The class token’s own: 12.3 %',
      ],
    ],
    [
      mapOver(keys, { view: 'row', token: 9, head: 1 }),
      'Attention of one query',
      ['Stage 2, block 1 of 10, head 2 of 3; query (1, 1) of 8×10', 'Class-agnostic: the same map for every class'],
    ],
    [
      mapOver(tokens, { view: 'column', on: 'tokens', token: 5 }),
      'Attention paid to one key',
      ['Stage 2, block 1 of 10, mean of 3 heads; key (1, 1) of 4×5', 'Class-agnostic: the same map for every class'],
    ],
    [
      mapOver(keys, { ...attribution, classes: { target: 0, contrast: null } }),
      'Contributions to the logit of tench & co',
      ['Stage 2, all 10 blocks, sum of 3 heads', 'tench & co: logit 9.31, 91.2 %'],
    ],
    [
      mapOver(keys, { ...attribution, classes: { target: 0, contrast: 1 } }),
      'Contributions to the logit of tench & co less goldfish',
      ['Stage 2, all 10 blocks, sum of 3 heads', 'tench & co: logit 9.31, 91.2 %', 'goldfish: logit −0.500, 0.4 %'],
    ],
    [
      mapOver(tokens, { view: 'rollout', on: 'pixels', block: null, cls: 0.25 }),
      'Attention rollout',
      [
        'Multiplied from the last stage down to the pixels of the input',
        'Class-agnostic: the same map for every class',
        'Kept by class tokens on the way: 25.0 %',
      ],
    ],
  ])('says what is shown: %#', (map, title, lines) => {
    expect(figureCaption(map, FACTS)).toEqual({ title, lines: [...lines, `${HOSTILE} · CvT-13 <224> · input 61×78`] });
  });

  it('says that colours are components, and of how much', () => {
    const map = mapOver(tokens, { view: 'projection', projectionOf: 'q', on: 'tokens' });
    const { title, lines } = figureCaption(map, { ...FACTS, explained: [0.5, 0.25, 0.125] });
    expect(title).toBe('Queries after the convolution, principal components');
    expect(lines).toContain('Red, green, blue: components 1 to 3, 50.0 %, 25.0 %, 12.5 % of the variance');
  });
});
