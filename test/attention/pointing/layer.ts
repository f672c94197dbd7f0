import type { Rect } from '../../../models/attention/geometry.ts';
import type { Glyph } from './glyphs.ts';

/** [height, width, 3], 0–1. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly rgb: Float32Array;
}

/** How a glyph is turned before it is placed; radians clockwise, then sheared along x, then mirrored, as training did. */
export interface Pose {
  readonly turn: number;
  readonly shear: number;
  readonly mirror: boolean;
}

/** Less of a glyph than this in a pixel does not count as the object; keeps glows and smoothing out of its box. */
const VISIBLE_ALPHA = 0.25;

/** Points per pixel and side at which a glyph is sampled; glyphs are mostly made smaller. */
const SUPERSAMPLING = 3;

/** [a, b, c, d]: x' = a·x + b·y, y' = c·x + d·y, from the glyph's centre. */
type Matrix = readonly [number, number, number, number];

/** The box of the posed glyph at its own size, from its centre. */
export function posedBox(glyph: Glyph, pose: Pose): Rect {
  const [a, b, c, d] = matrixOf(pose);
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let y = 0; y < glyph.height; y++)
    for (let x = 0; x < glyph.width; x++) {
      if (glyph.rgba[(y * glyph.width + x) * 4 + 3]! < VISIBLE_ALPHA) continue;
      const [u, v] = [x + 0.5 - glyph.width / 2, y + 0.5 - glyph.height / 2];
      const [px, py] = [a * u + b * v, c * u + d * v];
      box.left = Math.min(box.left, px);
      box.right = Math.max(box.right, px);
      box.top = Math.min(box.top, py);
      box.bottom = Math.max(box.bottom, py);
    }
  return box;
}

/**
 * Paints the glyph `scale` times its own size, its centre at (x, y), over the canvas.
 * @returns the box of what can be seen of it, in whole pixels; null where nothing can
 */
export function paint(canvas: Canvas, glyph: Glyph, pose: Pose, x: number, y: number, scale: number): Rect | null {
  const [a, b, c, d] = matrixOf(pose);
  const determinant = (a * d - b * c) * scale;
  // Half a glyph's pixel more than the posed cell: samples reach that far beyond its edge.
  const reachX = ((Math.abs(a) * (glyph.width + 1) + Math.abs(b) * (glyph.height + 1)) / 2) * scale;
  const reachY = ((Math.abs(c) * (glyph.width + 1) + Math.abs(d) * (glyph.height + 1)) / 2) * scale;
  const [firstRow, lastRow] = [Math.max(0, Math.floor(y - reachY)), Math.min(canvas.height, Math.ceil(y + reachY))];
  const [firstCol, lastCol] = [Math.max(0, Math.floor(x - reachX)), Math.min(canvas.width, Math.ceil(x + reachX))];
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  const sum = new Float32Array(4);
  for (let row = firstRow; row < lastRow; row++)
    for (let col = firstCol; col < lastCol; col++) {
      sum.fill(0);
      for (let i = 0; i < SUPERSAMPLING ** 2; i++) {
        const px = col + ((i % SUPERSAMPLING) + 0.5) / SUPERSAMPLING - x;
        const py = row + (Math.floor(i / SUPERSAMPLING) + 0.5) / SUPERSAMPLING - y;
        addSample(
          glyph,
          (d * px - b * py) / determinant + glyph.width / 2,
          (a * py - c * px) / determinant + glyph.height / 2,
          sum,
        );
      }
      const alpha = sum[3]! / SUPERSAMPLING ** 2;
      if (alpha === 0) continue;
      const at = (row * canvas.width + col) * 3;
      for (let channel = 0; channel < 3; channel++)
        canvas.rgb[at + channel] = canvas.rgb[at + channel]! * (1 - alpha) + sum[channel]! / SUPERSAMPLING ** 2;
      if (alpha < VISIBLE_ALPHA) continue;
      box.left = Math.min(box.left, col);
      box.right = Math.max(box.right, col + 1);
      box.top = Math.min(box.top, row);
      box.bottom = Math.max(box.bottom, row + 1);
    }
  return box.right > box.left ? box : null;
}

function matrixOf({ turn, shear, mirror }: Pose): Matrix {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const flip = mirror ? -1 : 1;
  return [cos * flip, cos * shear - sin, sin * flip, sin * shear + cos];
}

/** Adds the glyph's colour at (x, y), bilinear, nothing outside it. */
function addSample({ rgba, width, height }: Glyph, x: number, y: number, sum: Float32Array): void {
  if (x <= -0.5 || y <= -0.5 || x >= width + 0.5 || y >= height + 0.5) return;
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [fx, fy] = [x - 0.5 - left, y - 0.5 - top];
  for (let corner = 0; corner < 4; corner++) {
    const [col, row] = [left + (corner & 1), top + (corner >> 1)];
    if (col < 0 || row < 0 || col >= width || row >= height) continue;
    const weight = (corner & 1 ? fx : 1 - fx) * (corner >> 1 ? fy : 1 - fy);
    const at = (row * width + col) * 4;
    for (let channel = 0; channel < 4; channel++) sum[channel] = sum[channel]! + weight * rgba[at + channel]!;
  }
}
