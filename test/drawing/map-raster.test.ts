import { describe, expect, it } from 'vitest';
import type { AttentionMap } from '../../models/attention/attention-map.ts';
import type { GridGeometry } from '../../models/attention/geometry.ts';
import { COLOR_STEPS, colorTable } from '../../models/drawing/color-maps.ts';
import {
  type Canvas,
  geometryOf,
  type Look,
  opacityAt,
  type Raster,
  rasterColors,
  rasterMap,
} from '../../models/drawing/map-raster.ts';
import { type MapScale, mapScale, positionOnScale } from '../../models/drawing/map-scale.ts';
import { mapOver, STAGES, WINDOW } from './maps.ts';

/** The window lies at 20.5–124.2 × 7.25–116.45 of the picture. */
const CANVASES: readonly (readonly [label: string, canvas: Canvas])[] = [
  ['the picture as it is', { offsetX: 0, offsetY: 0, scale: 1, width: 150, height: 120 }],
  ['enlarged', { offsetX: 3.4, offsetY: -2.6, scale: 3.3, width: 500, height: 400 }],
  ['reduced, cells smaller than pixels', { offsetX: 0.5, offsetY: 0.2, scale: 0.11, width: 20, height: 14 }],
  ['only a part of it on the canvas', { offsetX: -310, offsetY: -200, scale: 5, width: 160, height: 130 }],
];

const LOOKS: readonly Pick<Look, 'opacity' | 'fadeLow'>[] = [
  { opacity: 0.7, fadeLow: true },
  { opacity: 1, fadeLow: false },
];

const pixelGrid = geometryOf(mapOver(STAGES[0]!.tokens, { on: 'pixels' }), STAGES);
const MAPS: readonly (readonly [label: string, map: AttentionMap, geometry: GridGeometry])[] = [
  ['keys', mapOver(STAGES[1]!.keys), STAGES[1]!.keys],
  ['signed tokens', mapOver(STAGES[2]!.tokens, { on: 'tokens', unit: 'logit', signed: true }), STAGES[2]!.tokens],
  ['pixels', mapOver(pixelGrid, { on: 'pixels' }), pixelGrid],
];

function bytesOf({ data }: Raster): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** `toEqual` takes its time over a megabyte. */
function isSame(a: Raster, b: Raster): boolean {
  return a.left === b.left && a.top === b.top && a.width === b.width && bytesOf(a).equals(bytesOf(b));
}

const CASES = MAPS.flatMap(([of, map, geometry]) =>
  CANVASES.flatMap(([onto, canvas]) => LOOKS.map((look) => ({ of, onto, map, geometry, canvas, look, ...look }))),
);

function pixelOf({ data, width }: Raster, x: number, y: number): readonly number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

/** The colour that a value has, by its definition. */
function colorOf(scale: MapScale, value: number, look: Look): readonly number[] {
  const step = Math.round(positionOnScale(scale, value) * (COLOR_STEPS - 1));
  const alpha = opacityAt(step / (COLOR_STEPS - 1), look, scale.signed);
  return [...look.table.rgb.subarray(step * 3, step * 3 + 3), Math.round(alpha * 255)];
}

/** What of the canvas the window covers, edges on whole pixels. */
function expectedArea(canvas: Canvas) {
  const on = (offset: number, at: number) => Math.round(offset + at * canvas.scale);
  const left = Math.max(0, on(canvas.offsetX, WINDOW.left));
  const top = Math.max(0, on(canvas.offsetY, WINDOW.top));
  const right = Math.min(canvas.width, on(canvas.offsetX, WINDOW.left + WINDOW.inputWidth * WINDOW.scaleX));
  const bottom = Math.min(canvas.height, on(canvas.offsetY, WINDOW.top + WINDOW.inputHeight * WINDOW.scaleY));
  return { left, top, width: right - left, height: bottom - top };
}

describe('rasterMap', () => {
  it.each(CASES)('tiles: $of, $onto, fade $fadeLow: every pixel has the colour of its cell', (each) => {
    const { map, geometry, canvas } = each;
    const look: Look = { ...each.look, table: colorTable('viridis'), interpolation: 'tiles' };
    const scale = mapScale(map, 'zero', [map]);
    const raster = rasterMap(map, scale, { geometry, window: WINDOW }, canvas, look);
    expect(raster).toMatchObject(expectedArea(canvas));
    // A tile's border lies on the whole pixel next to it: the cell of a pixel is the last whose rounded border is not right of it.
    const cellOf = (axis: GridGeometry['rows'], at: number, offset: number, start: number, step: number) => {
      let cell = 0;
      for (let i = 1; i < axis.count; i++)
        if (Math.round(offset + (start + axis.tile(i).start * step) * canvas.scale) <= at) cell = i;
      return cell;
    };
    const cols = Array.from({ length: raster.width }, (_, x) =>
      cellOf(geometry.cols, raster.left + x, canvas.offsetX, WINDOW.left, WINDOW.scaleX),
    );
    for (let y = 0; y < raster.height; y++) {
      const row = cellOf(geometry.rows, raster.top + y, canvas.offsetY, WINDOW.top, WINDOW.scaleY);
      for (let x = 0; x < raster.width; x++) {
        const wanted = colorOf(scale, map.cells[row * geometry.cols.count + cols[x]!]!, look);
        const got = pixelOf(raster, x, y);
        if (got.some((channel, at) => channel !== wanted[at]))
          expect.fail(`Pixel ${x}, ${y} is ${got} and not ${wanted}.`);
      }
    }
  });

  it('puts a pixel on the tile that its place in the input has, away from borders', () => {
    const [, map, geometry] = MAPS[0]!;
    const canvas: Canvas = { offsetX: 0, offsetY: 0, scale: 4, width: 600, height: 480 };
    const look: Look = { table: colorTable('inferno'), opacity: 1, fadeLow: false, interpolation: 'tiles' };
    const scale = mapScale(map, 'tight', [map]);
    const raster = rasterMap(map, scale, { geometry, window: WINDOW }, canvas, look);
    for (let y = 0; y < raster.height; y += 7)
      for (let x = 0; x < raster.width; x += 7) {
        const inputX = ((raster.left + x + 0.5) / 4 - WINDOW.left) / WINDOW.scaleX;
        const inputY = ((raster.top + y + 0.5) / 4 - WINDOW.top) / WINDOW.scaleY;
        const clear = [-0.2, 0.2].every(
          (by) =>
            geometry.cols.cellAt(inputX + by) === geometry.cols.cellAt(inputX) &&
            geometry.rows.cellAt(inputY + by) === geometry.rows.cellAt(inputY),
        );
        if (!clear) continue;
        const cell = geometry.rows.cellAt(inputY) * geometry.cols.count + geometry.cols.cellAt(inputX);
        expect(pixelOf(raster, x, y)).toEqual(colorOf(scale, map.cells[cell]!, look));
      }
  });

  it.each(CASES)('smooth: $of, $onto, fade $fadeLow: bilinear between the centres', (each) => {
    const { map, geometry, canvas } = each;
    const look: Look = { ...each.look, table: colorTable('viridis'), interpolation: 'smooth' };
    // A locked range that cuts off both ends.
    const wide = mapScale(map, 'tight', [map]);
    const inner = { min: wide.min + 0.2 * (wide.max - wide.min), max: wide.max - 0.2 * (wide.max - wide.min) };
    const scale = mapScale(map, 'locked', [map], { [wide.unit]: inner });
    const raster = rasterMap(map, scale, { geometry, window: WINDOW }, canvas, look);
    expect(raster).toMatchObject(expectedArea(canvas));
    const { rows, cols } = geometry;
    const between = (axis: GridGeometry['rows'], input: number) => {
      const place = Math.min(Math.max((input - axis.centre(0)) / axis.pitch, 0), axis.count - 1);
      const cell = Math.min(Math.floor(place), axis.count - 2);
      return [cell, place - cell] as const;
    };
    const at = (row: number, col: number) => map.cells[row * cols.count + col]!;
    for (let y = 0; y < raster.height; y += 3) {
      const inputY = ((raster.top + y + 0.5 - canvas.offsetY) / canvas.scale - WINDOW.top) / WINDOW.scaleY;
      const [row, down] = between(rows, inputY);
      for (let x = 0; x < raster.width; x += 3) {
        const inputX = ((raster.left + x + 0.5 - canvas.offsetX) / canvas.scale - WINDOW.left) / WINDOW.scaleX;
        const [col, right] = between(cols, inputX);
        const value =
          (at(row, col) * (1 - right) + at(row, col + 1) * right) * (1 - down) +
          (at(row + 1, col) * (1 - right) + at(row + 1, col + 1) * right) * down;
        // Single precision may fall on the other side of half a colour step.
        const width = (scale.max - scale.min) / scale.factor;
        const near = [-1e-4, 0, 1e-4].map((by) => colorOf(scale, value + by * width, look).join());
        const got = pixelOf(raster, x, y).join();
        if (!near.includes(got)) expect.fail(`Pixel ${x}, ${y} is ${got} and not ${near[1]}.`);
      }
    }
  });

  it('lets zero of a signed map through and keeps both ends', () => {
    const look = { opacity: 0.8, fadeLow: true };
    expect([0, 0.5, 1].map((position) => opacityAt(position, look, true))).toEqual([0.8, 0, 0.8]);
    expect([0, 0.5, 1].map((position) => opacityAt(position, look, false))).toEqual([0, 0.4, 0.8]);
    expect(opacityAt(0, { opacity: 0.8, fadeLow: false }, false)).toBe(0.8);
  });

  it('is empty where the window lies off the canvas', () => {
    const [, map, geometry] = MAPS[0]!;
    const canvas: Canvas = { offsetX: 1000, offsetY: 0, scale: 1, width: 100, height: 100 };
    for (const interpolation of ['tiles', 'smooth'] as const) {
      const look: Look = { table: colorTable('greys'), opacity: 1, fadeLow: false, interpolation };
      const raster = rasterMap(map, mapScale(map, 'zero', [map]), { geometry, window: WINDOW }, canvas, look);
      expect(raster.width).toBe(0);
      expect(raster.data).toHaveLength(0);
    }
  });

  it('draws a map without width in one colour', () => {
    const { keys } = STAGES[2]!;
    for (const [signed, step] of [
      [false, 0],
      [true, 128],
    ] as const) {
      const map = mapOver(keys, { signed, unit: 'logit', uniform: null });
      const flat = { ...map, cells: new Float32Array(map.cells.length) };
      const table = colorTable('blue-red');
      const look: Look = { table, opacity: 1, fadeLow: false, interpolation: 'smooth' };
      const raster = rasterMap(
        flat,
        mapScale(flat, 'zero', [flat]),
        { geometry: keys, window: WINDOW },
        CANVASES[0]![1],
        look,
      );
      const wanted = [...table.rgb.subarray(step * 3, step * 3 + 3), 255];
      for (let i = 0; i < raster.data.length; i += 4) expect([...raster.data.subarray(i, i + 4)]).toEqual(wanted);
    }
  });

  it('refuses cells of another grid', () => {
    const [, map] = MAPS[0]!;
    const look: Look = { table: colorTable('greys'), opacity: 1, fadeLow: false, interpolation: 'tiles' };
    const place = { geometry: STAGES[2]!.keys, window: WINDOW };
    expect(() => rasterMap(map, mapScale(map, 'zero', [map]), place, CANVASES[0]![1], look)).toThrow(RangeError);
  });
});

describe('rasterColors', () => {
  const { tokens } = STAGES[2]!;
  const count = tokens.rows.count * tokens.cols.count;
  const components = Float32Array.from({ length: count * 3 }, (_, i) => ((i * 29) % 64) / 63);
  const canvas: Canvas = { offsetX: 0, offsetY: 0, scale: 3, width: 450, height: 360 };

  it.each(['tiles', 'smooth'] as const)('%s: the colour of a cell stands at its centre', (interpolation) => {
    const raster = rasterColors(components, { geometry: tokens, window: WINDOW }, canvas, {
      opacity: 0.5,
      interpolation,
    });
    for (let row = 0; row < tokens.rows.count; row++)
      for (let col = 0; col < tokens.cols.count; col++) {
        const x = Math.floor((WINDOW.left + tokens.cols.centre(col) * WINDOW.scaleX) * 3) - raster.left;
        const y = Math.floor((WINDOW.top + tokens.rows.centre(row) * WINDOW.scaleY) * 3) - raster.top;
        const got = pixelOf(raster, x, y);
        const cell = row * tokens.cols.count + col;
        for (const channel of [0, 1, 2])
          expect(Math.abs(got[channel]! - components[cell * 3 + channel]! * 255)).toBeLessThan(
            interpolation === 'tiles' ? 0.51 : 6,
          );
        expect(got[3]).toBe(128);
      }
  });

  it.each(['tiles', 'smooth'] as const)(
    '%s: what a scratch held before is not seen in what is drawn on it',
    (interpolation) => {
      for (const { map, geometry, canvas } of CASES) {
        const place = { geometry, window: WINDOW };
        const look: Look = { table: colorTable('magma'), opacity: 0.5, fadeLow: true, interpolation };
        const scale = mapScale(map, 'zero', [map]);
        const scratch = new Uint8Array(canvas.width * canvas.height * 4 + 16).fill(77).buffer;
        const drawn = rasterMap(map, scale, place, { ...canvas, scratch }, look);
        expect(isSame(drawn, rasterMap(map, scale, place, canvas, look))).toBe(true);
        expect(drawn.data.buffer).toBe(scratch);
        const components = Float32Array.from({ length: map.cells.length * 3 }, (_, at) => (at % 7) / 6);
        const colored = rasterColors(components, place, { ...canvas, scratch }, look);
        expect(isSame(colored, rasterColors(components, place, canvas, look))).toBe(true);
      }
    },
  );
});
