import type { AttentionMap } from '../attention/attention-map.ts';
import { type AxisGeometry, pixelAxis } from '../attention/axis-geometry.ts';
import type { GridGeometry, StageGeometry } from '../attention/geometry.ts';
import type { InputWindow } from '../image/preprocessing.ts';
import { COLOR_STEPS, type ColorTable } from './color-maps.ts';
import { type MapScale, positionOnScale } from './map-scale.ts';

/** `tiles`: every cell as the area that is nearest to its centre. `smooth`: bilinear between the cells' centres. */
export type Interpolation = 'tiles' | 'smooth';

/** Where a grid's cells lie in the user's picture. */
export interface PlacedGrid {
  readonly geometry: GridGeometry;
  readonly window: InputWindow;
}

/** From picture pixels to the canvas's own pixels: canvas = offset + picture · scale. */
export interface Layout {
  readonly offsetX: number;
  readonly offsetY: number;
  readonly scale: number;
}

export interface Canvas extends Layout {
  /** In whole pixels; what would lie outside is left out. */
  readonly width: number;
  readonly height: number;
  /**
   * Written over where it is long enough, and then behind the raster's data. For maps that follow a pointer: a fresh
   * megabyte for each of its steps keeps the garbage collector busy.
   */
  readonly scratch?: ArrayBuffer | undefined;
}

export interface Look {
  readonly table: ColorTable;
  /** 0–1 */
  readonly opacity: number;
  /** Opacity follows value (signed: its distance from zero), so that low cells let the picture through. */
  readonly fadeLow: boolean;
  readonly interpolation: Interpolation;
}

/** A piece of a canvas: RGBA, alpha not premultiplied, as ImageData and sharp take it. */
export interface Raster {
  /** Of its top-left pixel on the canvas. */
  readonly left: number;
  readonly top: number;
  /** 0 where nothing of it lies on the canvas. */
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

const pixelGrids = new WeakMap<readonly StageGeometry[], GridGeometry>();

/** The grid that a map's cells are, among the stages of the network that drew it. */
export function geometryOf({ on, stage }: AttentionMap, stages: readonly StageGeometry[]): GridGeometry {
  if (on !== 'pixels') {
    const grid = stages[stage]?.[on];
    if (!grid) throw new RangeError(`There is no stage ${stage} of ${stages.length}.`);
    return grid;
  }
  let pixels = pixelGrids.get(stages);
  if (!pixels) {
    const { rows, cols } = stages[0]!.tokens;
    pixels = { rows: pixelAxis(rows.inputSize), cols: pixelAxis(cols.inputSize) };
    pixelGrids.set(stages, pixels);
  }
  return pixels;
}

/**
 * A map as pixels, over the part of the picture that the network sees. Edges are rounded to whole pixels, so that neighbouring
 * tiles neither gape nor overlap. Beyond the outermost centres, `smooth` goes on with their values.
 * @throws RangeError where the map's cells are not the geometry's
 */
export function rasterMap(map: AttentionMap, scale: MapScale, place: PlacedGrid, canvas: Canvas, look: Look): Raster {
  const { cells } = map;
  checkCells(cells.length, place);
  const colors = colorSteps(look, scale.signed);
  // In steps of the colour table; an affine function of the value, so that it may be interpolated in its place.
  const top = COLOR_STEPS - 1;
  const steps = scratchSteps(cells.length);
  const width = scale.max - scale.min;
  const factor = width > 0 ? (scale.factor / width) * top : 0;
  const offset = width > 0 ? (-scale.min / width) * top : positionOnScale(scale, 0) * top;
  for (let i = 0; i < cells.length; i++) steps[i] = cells[i]! * factor + offset;
  if (look.interpolation === 'smooth') return rasterSmooth(steps, colors, place, canvas);
  const tiles = scratchTiles(steps.length);
  for (let i = 0; i < steps.length; i++) tiles[i] = colors[nearestStep(steps[i]!)]!;
  return rasterTiles(tiles, place, canvas);
}

// Written over by the next map: arrays lie outside of the heap, and a fresh one for every step of a pointer brings its collector about.
let keptSteps = new Float32Array(0);
let keptTiles = new Uint32Array(0);

function scratchSteps(length: number): Float32Array {
  if (keptSteps.length < length) keptSteps = new Float32Array(length);
  return keptSteps.subarray(0, length);
}

function scratchTiles(length: number): Uint32Array {
  if (keptTiles.length < length) keptTiles = new Uint32Array(length);
  return keptTiles.subarray(0, length);
}

/**
 * Colours of one's own as pixels, drawn like a map's.
 * @param components [rows · cols, 3]: red, green and blue of 0–1
 * @throws RangeError where the components are not the geometry's
 */
export function rasterColors(
  components: Float32Array,
  place: PlacedGrid,
  canvas: Canvas,
  { opacity, interpolation }: Pick<Look, 'opacity' | 'interpolation'>,
): Raster {
  checkCells(components.length / 3, place);
  const alpha = Math.round(opacity * 255);
  if (interpolation === 'tiles') {
    const colors = new Uint32Array(components.length / 3);
    const channel = (at: number) => Math.round(Math.min(1, Math.max(0, components[at]!)) * 255);
    for (let i = 0; i < colors.length; i++)
      colors[i] = rgba(channel(i * 3), channel(i * 3 + 1), channel(i * 3 + 2), alpha);
    return rasterTiles(colors, place, canvas);
  }
  const ramp = Uint32Array.from({ length: COLOR_STEPS }, (_, step) => rgba(step, step, step, alpha));
  const [red, green, blue] = [0, 1, 2].map((at) => {
    const steps = Float32Array.from({ length: components.length / 3 }, (_, i) => components[i * 3 + at]! * 255);
    // All three are needed until they are one.
    return rasterSmooth(steps, ramp, place, at === 0 ? canvas : { ...canvas, scratch: undefined });
  });
  const { data } = red!;
  for (let i = 0; i < data.length; i += 4) {
    data[i + 1] = green!.data[i]!;
    data[i + 2] = blue!.data[i]!;
  }
  return red!;
}

/** One colour a cell; the tiles cover all of the area. Each row of tiles is drawn once and copied down. */
function rasterTiles(colors: Uint32Array, place: PlacedGrid, canvas: Canvas): Raster {
  const { geometry, window } = place;
  const area = areaOf(place, canvas);
  const pixels = pixelsOf(area, canvas);
  const xs = edges(geometry.cols, (x) => onCanvas(window.left + x * window.scaleX, canvas.offsetX, canvas.scale));
  const ys = edges(geometry.rows, (y) => onCanvas(window.top + y * window.scaleY, canvas.offsetY, canvas.scale));
  for (let row = 0; row < geometry.rows.count; row++) {
    const first = Math.max(ys[row]! - area.top, 0);
    const last = Math.min(ys[row + 1]! - area.top, area.height);
    if (first >= last) continue;
    const start = first * area.width;
    for (let col = 0; col < geometry.cols.count; col++) {
      const from = Math.max(xs[col]! - area.left, 0);
      const to = Math.min(xs[col + 1]! - area.left, area.width);
      const color = colors[row * geometry.cols.count + col]!;
      for (let x = start + from; x < start + to; x++) pixels[x] = color;
    }
    for (let y = first + 1; y < last; y++) pixels.copyWithin(y * area.width, start, start + area.width);
  }
  return { ...area, data: new Uint8ClampedArray(pixels.buffer, 0, pixels.byteLength) };
}

/** @param steps [rows · cols], of `colors`; may lie beyond its ends */
function rasterSmooth(steps: Float32Array, colors: Uint32Array, place: PlacedGrid, canvas: Canvas): Raster {
  const { geometry, window } = place;
  const area = areaOf(place, canvas);
  const pixels = pixelsOf(area, canvas);
  const { count } = geometry.cols;
  const x = samples(geometry.cols, area.left, area.width, canvas.offsetX, canvas.scale, window.left, window.scaleX);
  const y = samples(geometry.rows, area.top, area.height, canvas.offsetY, canvas.scale, window.top, window.scaleY);
  const line = new Float32Array(count);
  for (let j = 0; j < area.height; j++) {
    const above = y.cell[j]! * count;
    const below = Math.min(y.cell[j]! + 1, geometry.rows.count - 1) * count;
    const down = y.share[j]!;
    for (let col = 0; col < count; col++) {
      const value = steps[above + col]!;
      line[col] = value + (steps[below + col]! - value) * down;
    }
    const start = j * area.width;
    // From one pair of cells to the next; all pixels of a pair lie on one straight line of values.
    for (let i = 0; i < area.width; ) {
      const cell = x.cell[i]!;
      const end = x.end[cell]!;
      const value = line[cell]!;
      const slope = line[Math.min(cell + 1, count - 1)]! - value;
      if (isStep(value) && isStep(value + slope))
        for (; i < end; i++) pixels[start + i] = colors[(value + slope * x.share[i]! + 0.5) | 0]!;
      else for (; i < end; i++) pixels[start + i] = colors[nearestStep(value + slope * x.share[i]!)]!;
    }
  }
  return { ...area, data: new Uint8ClampedArray(pixels.buffer, 0, pixels.byteLength) };
}

/** For every pixel of a side the cell whose centre is before it, and how far it is to the next one's; for every cell where its pixels end. */
interface Samples {
  readonly cell: Int32Array;
  readonly end: Int32Array;
  readonly share: Float32Array;
}

type SamplesPlace = Parameters<typeof samplesOf> extends [unknown, ...infer Rest] ? Rest : never;

/** Of a side: the large map's and its card's, and one to spare. */
const KEPT_SAMPLES = 3;
const keptSamples = new WeakMap<AxisGeometry, { readonly place: readonly number[]; readonly samples: Samples }[]>();

/** The same as long as nobody zooms: a pointer draws at one place again and again. */
function samples(axis: AxisGeometry, ...place: SamplesPlace): Samples {
  const kept = keptSamples.get(axis) ?? [];
  keptSamples.set(axis, kept);
  const known = kept.find((each) => each.place.every((number, at) => number === place[at]));
  if (known) return known.samples;
  const made = samplesOf(axis, ...place);
  kept.unshift({ place, samples: made });
  kept.length = Math.min(kept.length, KEPT_SAMPLES);
  return made;
}

function samplesOf(
  axis: AxisGeometry,
  start: number,
  length: number,
  offset: number,
  scale: number,
  windowStart: number,
  windowScale: number,
): Samples {
  const cell = new Int32Array(length);
  const end = new Int32Array(axis.count);
  const share = new Float32Array(length);
  const origin = axis.centre(0);
  for (let i = 0; i < length; i++) {
    const picture = (start + i + 0.5 - offset) / scale;
    const place = ((picture - windowStart) / windowScale - origin) / axis.pitch;
    const clamped = Math.min(Math.max(place, 0), axis.count - 1);
    cell[i] = Math.floor(clamped);
    share[i] = clamped - cell[i]!;
    end[cell[i]!] = i + 1;
  }
  return { cell, end, share };
}

/** To be written over whole; of the scratch where there is one that suffices. */
function pixelsOf({ width, height }: { readonly width: number; readonly height: number }, { scratch }: Canvas) {
  const count = width * height;
  return scratch && scratch.byteLength >= count * 4 ? new Uint32Array(scratch, 0, count) : new Uint32Array(count);
}

/** What of the canvas the network's window covers. */
function areaOf({ geometry, window }: PlacedGrid, canvas: Canvas) {
  const x = (at: number) => onCanvas(window.left + at * window.scaleX, canvas.offsetX, canvas.scale);
  const y = (at: number) => onCanvas(window.top + at * window.scaleY, canvas.offsetY, canvas.scale);
  const left = Math.max(x(0), 0);
  const top = Math.max(y(0), 0);
  return {
    left,
    top,
    width: Math.max(Math.min(x(geometry.cols.inputSize), canvas.width) - left, 0),
    height: Math.max(Math.min(y(geometry.rows.inputSize), canvas.height) - top, 0),
  };
}

function onCanvas(picture: number, offset: number, scale: number): number {
  return Math.round(offset + picture * scale);
}

/** [count + 1] borders of the tiles. */
function edges(axis: AxisGeometry, place: (x: number) => number): readonly number[] {
  return Array.from({ length: axis.count + 1 }, (_, i) => place(i < axis.count ? axis.tile(i).start : axis.inputSize));
}

interface ColorSteps extends Pick<Look, 'table' | 'opacity' | 'fadeLow'> {
  readonly signed: boolean;
  readonly words: Uint32Array;
}

/** Looks that are drawn in turns: the large map's and its cards', signed and not. */
const KEPT_LOOKS = 4;
const keptLooks: ColorSteps[] = [];

/** [COLOR_STEPS] RGBA words: the look's colours with the opacity that their place on the scale has. */
function colorSteps({ table, opacity, fadeLow }: Look, signed: boolean): Uint32Array {
  const known = keptLooks.find(
    (each) => each.table === table && each.opacity === opacity && each.fadeLow === fadeLow && each.signed === signed,
  );
  if (known) return known.words;
  const words = Uint32Array.from({ length: COLOR_STEPS }, (_, step) => {
    const position = step / (COLOR_STEPS - 1);
    const strength = opacityAt(position, { opacity, fadeLow }, signed);
    const [red, green, blue] = table.rgb.subarray(step * 3, step * 3 + 3);
    return rgba(red!, green!, blue!, Math.round(strength * 255));
  });
  keptLooks.unshift({ table, opacity, fadeLow, signed, words });
  keptLooks.length = Math.min(keptLooks.length, KEPT_LOOKS);
  return words;
}

/** The opacity, 0–1, of what lies at a position of 0–1 on the scale. */
export function opacityAt(position: number, { opacity, fadeLow }: Pick<Look, 'opacity' | 'fadeLow'>, signed: boolean) {
  if (!fadeLow) return opacity;
  return opacity * (signed ? Math.abs(2 * position - 1) : position);
}

function isStep(step: number): boolean {
  return step >= 0 && step <= COLOR_STEPS - 1;
}

function nearestStep(step: number): number {
  // NaN, which no map should hold, becomes the low end and not a crash.
  return step >= COLOR_STEPS - 1 ? COLOR_STEPS - 1 : step > 0 ? (step + 0.5) | 0 : 0;
}

// Every machine that runs this is little-endian; written as bytes once, so that it holds on any.
const word = new Uint32Array(1);
const bytes = new Uint8Array(word.buffer);

function rgba(red: number, green: number, blue: number, alpha: number): number {
  bytes.set([red, green, blue, alpha]);
  return word[0]!;
}

function checkCells(count: number, { geometry: { rows, cols } }: PlacedGrid): void {
  if (count !== rows.count * cols.count)
    throw new RangeError(`A map of ${count} cells does not fit a grid of ${rows.count}×${cols.count}.`);
}
