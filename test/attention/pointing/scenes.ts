import type { Rect } from '../../../models/attention/geometry.ts';
import type { Pixels } from '../../../models/image/preprocess.ts';
import type { Glyph } from './glyphs.ts';
import { type Canvas, type Pose, paint, posedBox } from './layer.ts';
import { between, mulberry32, pick, type Random } from './random.ts';

/** What can be seen of an object, in the picture. */
export interface DrawnObject {
  readonly label: string;
  readonly box: Rect;
}

/** A picture with objects whose places are known. */
export interface Scene {
  readonly pixels: Pixels;
  readonly objects: readonly DrawnObject[];
}

/** Wide, tall and square, so that the crop's geometry is part of what is tested. The object lies in the centre square. */
const SHAPES = [
  { width: 256, height: 256 },
  { width: 336, height: 256 },
  { width: 256, height: 336 },
] as const;

/** An object's box, as a share of the region in which it may lie: the centre square, or half of that. */
const SHARE_OF_SQUARE = { least: 0.05, most: 0.25 };
const SHARE_OF_HALF = { least: 0.15, most: 0.4 };

/** Distractors, against the centre square's side; as in the demo checkpoint's training, models/demo/README.md. */
const DISTRACTOR_SIZE = { least: 0.1, most: 0.24, chance: 0.6, count: 2 };

/**
 * `count` pictures of one object, drawn from `seed`: the backgrounds, poses and distractors of the demo checkpoint's training
 * (gradient, smooth noise, contrast, grain; models/demo/README.md), the objects smaller than there (training: 40 to 95 % of
 * the side) and anywhere in the centre square with equal chance.
 */
export function* drawScenes(glyphs: readonly Glyph[], count: number, seed: number): Generator<Scene> {
  for (let index = 0; index < count; index++) {
    const random = mulberry32(seed * 100_003 + index);
    const canvas = drawBackground(random);
    const square = centreSquare(canvas);
    const object = pick(random, glyphs);
    for (let i = 0; i < DISTRACTOR_SIZE.count; i++)
      if (random() < DISTRACTOR_SIZE.chance) paintDistractor(canvas, without(glyphs, object), random);
    const objects = [paintObject(canvas, object, square, SHARE_OF_SQUARE, random)];
    expose(canvas, random);
    yield { pixels: toPixels(canvas), objects };
  }
}

/** `count` pictures of two different objects, each anywhere in a half of the centre square of its own; no distractors. */
export function* drawPairs(glyphs: readonly Glyph[], count: number, seed: number): Generator<Scene> {
  for (let index = 0; index < count; index++) {
    const random = mulberry32(seed * 100_003 + index);
    const canvas = drawBackground(random);
    const halves = halvesOf(centreSquare(canvas), random() < 0.5);
    const first = pick(random, glyphs);
    const second = pick(random, without(glyphs, first));
    const objects = [
      paintObject(canvas, first, halves[0], SHARE_OF_HALF, random),
      paintObject(canvas, second, halves[1], SHARE_OF_HALF, random),
    ];
    expose(canvas, random);
    yield { pixels: toPixels(canvas), objects };
  }
}

/** The part of a picture that the demo checkpoint's preprocessing keeps. */
function centreSquare({ width, height }: Canvas): Rect {
  const side = Math.min(width, height);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  return { left, top, right: left + side, bottom: top + side };
}

function halvesOf({ left, top, right, bottom }: Rect, sideBySide: boolean): readonly [Rect, Rect] {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return sideBySide
    ? [
        { left, top, right: x, bottom },
        { left: x, top, right, bottom },
      ]
    : [
        { left, top, right, bottom: y },
        { left, top: y, right, bottom },
      ];
}

function without(glyphs: readonly Glyph[], glyph: Glyph): readonly Glyph[] {
  return glyphs.filter((each) => each !== glyph);
}

function paintDistractor(canvas: Canvas, glyphs: readonly Glyph[], random: Random): void {
  const glyph = pick(random, glyphs);
  const side = Math.min(canvas.width, canvas.height);
  const scale = (between(random, DISTRACTOR_SIZE.least, DISTRACTOR_SIZE.most) * side) / glyph.width;
  paint(canvas, glyph, drawPose(random), random() * canvas.width, random() * canvas.height, scale);
}

/** An object, its box of a random share of `region` and at a random place within. */
function paintObject(
  canvas: Canvas,
  glyph: Glyph,
  region: Rect,
  shares: typeof SHARE_OF_SQUARE,
  random: Random,
): DrawnObject {
  const [width, height] = [region.right - region.left, region.bottom - region.top];
  for (;;) {
    const pose = drawPose(random);
    const own = posedBox(glyph, pose);
    const [ownWidth, ownHeight] = [own.right - own.left, own.bottom - own.top];
    const share = between(random, shares.least, shares.most);
    const scale = Math.sqrt((share * width * height) / (ownWidth * ownHeight));
    const [freeX, freeY] = [width - ownWidth * scale, height - ownHeight * scale];
    // A long thin object does not fit at every share.
    if (freeX < 0 || freeY < 0) continue;
    const left = region.left + random() * freeX;
    const top = region.top + random() * freeY;
    const box = paint(canvas, glyph, pose, left - own.left * scale, top - own.top * scale, scale);
    if (box) return { label: glyph.label, box };
  }
}

function drawPose(random: Random): Pose {
  return { turn: between(random, -0.4, 0.4), shear: between(random, -0.2, 0.2), mirror: random() < 0.5 };
}

/** A gradient of two colours at any angle, and smooth noise of 2 to 11 cells a side. */
function drawBackground(random: Random): Canvas {
  const { width, height } = pick(random, SHAPES);
  const rgb = new Float32Array(width * height * 3);
  const from = [random(), random(), random()];
  const to = [random(), random(), random()];
  const angle = between(random, 0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle) / width, Math.sin(angle) / height];
  const strength = between(random, 0, 0.25);
  const cells = 2 + Math.floor(random() * 10);
  for (let channel = 0; channel < 3; channel++) {
    const noise = smoothNoise(cells, width, height, random);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const t = Math.min(1, Math.max(0, 0.5 + dx * (x - width / 2) + dy * (y - height / 2)));
        rgb[i * 3 + channel] = from[channel]! * (1 - t) + to[channel]! * t + strength * noise[i]!;
      }
  }
  return { width, height, rgb };
}

/** [height, width]: random values of −1 to 1 on a grid of `cells` a side, joined by cosines. */
function smoothNoise(cells: number, width: number, height: number, random: Random): Float32Array {
  const points = cells + 1;
  const grid = Float32Array.from({ length: points ** 2 }, () => 2 * random() - 1);
  const along = (size: number) =>
    Array.from({ length: size }, (_, i) => {
      const place = (i / size) * cells;
      return { cell: Math.floor(place), t: (1 - Math.cos(Math.PI * (place % 1))) / 2 };
    });
  const [columns, rows] = [along(width), along(height)];
  const noise = new Float32Array(width * height);
  let i = 0;
  for (const row of rows)
    for (const { cell, t } of columns) {
      const at = row.cell * points + cell;
      const upper = grid[at]! * (1 - t) + grid[at + 1]! * t;
      const lower = grid[at + points]! * (1 - t) + grid[at + points + 1]! * t;
      noise[i++] = upper * (1 - row.t) + lower * row.t;
    }
  return noise;
}

/** Contrast, brightness and Gaussian grain over the whole picture. */
function expose({ rgb }: Canvas, random: Random): void {
  const contrast = between(random, 0.7, 1.3);
  const offset = 0.5 * (1 - contrast) + between(random, -0.1, 0.1);
  const grain = between(random, 0, 0.06);
  // Box and Muller's method makes two independent values at a time.
  for (let i = 0; i < rgb.length; i += 2) {
    const length = grain * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    rgb[i] = rgb[i]! * contrast + offset + length * Math.cos(angle);
    rgb[i + 1] = rgb[i + 1]! * contrast + offset + length * Math.sin(angle);
  }
}

function toPixels({ width, height, rgb }: Canvas): Pixels {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let channel = 0; channel < 3; channel++) data[i * 4 + channel] = 255 * rgb[i * 3 + channel]!;
  return { data, width, height };
}
