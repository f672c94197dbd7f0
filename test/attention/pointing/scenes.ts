import type { Rect } from '../../../models/attention/geometry.ts';
import type { Pixels } from '../../../models/image/preprocess.ts';
import type { Glyph } from './glyphs.ts';
import { type Canvas, type Pose, paint, posedBox } from './layer.ts';
import { between, mulberry32, pick, type Random } from './random.ts';

/** A picture with one object whose place is known. */
export interface Scene {
  readonly label: string;
  readonly pixels: Pixels;
  /** Of what can be seen of the object, in the picture. */
  readonly box: Rect;
}

/** Wide, tall and square, so that the crop's geometry is part of what is tested. The object lies in the centre square. */
const SHAPES = [
  { width: 256, height: 256 },
  { width: 336, height: 256 },
  { width: 256, height: 336 },
] as const;

/** The object's box, as a share of the centre square that the network sees. */
const SMALLEST_SHARE = 0.05;
const LARGEST_SHARE = 0.25;

/** Distractors, against the centre square's side; as in the demo checkpoint's training, models/demo/README.md. */
const DISTRACTOR_SIZE = { least: 0.1, most: 0.24, chance: 0.6, count: 2 };

/**
 * `count` scenes drawn from `seed`: the backgrounds, poses and distractors of the demo checkpoint's training (gradient,
 * smooth noise, contrast, grain; models/demo/README.md), the objects smaller than there (training: 40 to 95 % of the side)
 * and anywhere in the centre square with equal chance.
 */
export function* drawScenes(glyphs: readonly Glyph[], count: number, seed: number): Generator<Scene> {
  for (let index = 0; index < count; index++) yield drawScene(glyphs, mulberry32(seed * 100_003 + index));
}

function drawScene(glyphs: readonly Glyph[], random: Random): Scene {
  const { width, height } = pick(random, SHAPES);
  const side = Math.min(width, height);
  const canvas: Canvas = { width, height, rgb: new Float32Array(width * height * 3) };
  const object = pick(random, glyphs);
  paintBackground(canvas, random);
  for (let i = 0; i < DISTRACTOR_SIZE.count; i++) {
    if (random() >= DISTRACTOR_SIZE.chance) continue;
    const distractor = pick(
      random,
      glyphs.filter((glyph) => glyph !== object),
    );
    const scale = (between(random, DISTRACTOR_SIZE.least, DISTRACTOR_SIZE.most) * side) / distractor.width;
    paint(canvas, distractor, drawPose(random), random() * width, random() * height, scale);
  }
  const box = paintObject(canvas, object, side, random);
  expose(canvas, random);
  return { label: object.label, pixels: toPixels(canvas), box };
}

/** The object, its box of a random share and at a random place within the centre square. */
function paintObject(canvas: Canvas, object: Glyph, side: number, random: Random): Rect {
  for (;;) {
    const pose = drawPose(random);
    const own = posedBox(object, pose);
    const share = between(random, SMALLEST_SHARE, LARGEST_SHARE);
    const [boxWidth, boxHeight] = [own.right - own.left, own.bottom - own.top];
    const scale = Math.sqrt((share * side * side) / (boxWidth * boxHeight));
    const [freeX, freeY] = [side - boxWidth * scale, side - boxHeight * scale];
    // A long thin object does not fit at every share.
    if (freeX < 0 || freeY < 0) continue;
    const left = (canvas.width - side) / 2 + random() * freeX;
    const top = (canvas.height - side) / 2 + random() * freeY;
    const box = paint(canvas, object, pose, left - own.left * scale, top - own.top * scale, scale);
    if (box) return box;
  }
}

function drawPose(random: Random): Pose {
  return { turn: between(random, -0.4, 0.4), shear: between(random, -0.2, 0.2), mirror: random() < 0.5 };
}

/** A gradient of two colours at any angle, and smooth noise of 2 to 11 cells a side. */
function paintBackground({ width, height, rgb }: Canvas, random: Random): void {
  const from = [random(), random(), random()];
  const to = [random(), random(), random()];
  const angle = between(random, 0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle) / width, Math.sin(angle) / height];
  const strength = between(random, 0, 0.25);
  const cells = 2 + Math.floor(random() * 10);
  const noise = [0, 1, 2].map(() => smoothNoise(cells, random));
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) {
      const t = Math.min(1, Math.max(0, 0.5 + dx * (x - width / 2) + dy * (y - height / 2)));
      for (let channel = 0; channel < 3; channel++)
        rgb[at + channel] =
          from[channel]! * (1 - t) + to[channel]! * t + strength * noise[channel]!(x / width, y / height);
    }
}

/** Random values of −1 to 1 on a grid, joined by cosines; takes fractions of the picture. */
function smoothNoise(cells: number, random: Random): (x: number, y: number) => number {
  const points = cells + 1;
  const grid = Float32Array.from({ length: points ** 2 }, () => 2 * random() - 1);
  const ease = (t: number) => (1 - Math.cos(Math.PI * t)) / 2;
  return (x, y) => {
    const [col, row] = [Math.floor(x * cells), Math.floor(y * cells)];
    const [s, t] = [ease(x * cells - col), ease(y * cells - row)];
    const at = row * points + col;
    const upper = grid[at]! * (1 - s) + grid[at + 1]! * s;
    const lower = grid[at + points]! * (1 - s) + grid[at + points + 1]! * s;
    return upper * (1 - t) + lower * t;
  };
}

/** Contrast, brightness and grain over the whole picture. */
function expose({ rgb }: Canvas, random: Random): void {
  const contrast = between(random, 0.7, 1.3);
  const brightness = between(random, -0.1, 0.1);
  const grain = between(random, 0, 0.06);
  for (let i = 0; i < rgb.length; i++)
    rgb[i] = (rgb[i]! - 0.5) * contrast + 0.5 + brightness + grain * gaussian(random);
}

/** Box and Muller's. */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function toPixels({ width, height, rgb }: Canvas): Pixels {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let channel = 0; channel < 3; channel++) data[i * 4 + channel] = 255 * rgb[i * 3 + channel]!;
  return { data, width, height };
}
