import { join } from 'node:path';
import { decodeImage } from '../../electron/decode-image.ts';
import { demoParts } from '../../electron/inference/load-model.ts';
import { loadForStudy, type StudiedPicture, type StudyModel } from '../../electron/inference/study-model.ts';
import { type StageGeometry, stageGeometries, tileOf, toPicture } from '../../models/attention/geometry.ts';
import { normalise, preprocess } from '../../models/image/preprocess.ts';
import type { InputWindow, Preprocessing } from '../../models/image/preprocessing.ts';
import { fileAt, SAMPLES } from './inspect-page.ts';

/** What Compare should say, computed in Node and by plain loops over pixels and tiles. */

export const PARROT = fileAt(join(SAMPLES, 'parrot.jpg'));

/** The picture's token or key under a point, by looking at every tile. */
export function cellByTiles(grid: StageGeometry['tokens'], window: InputWindow, x: number, y: number): number {
  for (let cell = 0; cell < grid.rows.count * grid.cols.count; cell++) {
    const tile = toPicture(window, tileOf(grid, cell));
    if (x >= tile.left && x < tile.right && y >= tile.top && y < tile.bottom) return cell;
  }
  throw new Error(`No tile at (${x}, ${y}).`);
}

/** Pixel by pixel, over what both see. */
export function correlationByPixels(
  size: { readonly width: number; readonly height: number },
  maps: readonly { readonly cells: Float32Array; readonly grid: StageGeometry['keys']; readonly window: InputWindow }[],
): number {
  const owners = maps.map(({ grid, window }) => {
    const owner = new Int32Array(size.width * size.height).fill(-1);
    for (let cell = 0; cell < grid.rows.count * grid.cols.count; cell++) {
      const { left, top, right, bottom } = toPicture(window, tileOf(grid, cell));
      for (let y = Math.max(0, Math.ceil(top - 0.5)); y < Math.min(size.height, Math.ceil(bottom - 0.5)); y++)
        for (let x = Math.max(0, Math.ceil(left - 0.5)); x < Math.min(size.width, Math.ceil(right - 0.5)); x++)
          owner[y * size.width + x] = cell;
    }
    return owner;
  });
  const pairs: [number, number][] = [];
  for (let pixel = 0; pixel < size.width * size.height; pixel++) {
    const [a, b] = [owners[0]![pixel]!, owners[1]![pixel]!];
    if (a >= 0 && b >= 0) pairs.push([maps[0]!.cells[a]!, maps[1]!.cells[b]!]);
  }
  const mean = (at: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [meanA, meanB] = [mean(0), mean(1)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [a, b] of pairs) {
    ab += (a - meanA) * (b - meanB);
    aa += (a - meanA) ** 2;
    bb += (b - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

export const picture = async () => {
  const rgb = await decodeImage(PARROT.name, PARROT.bytes);
  return { rgb, width: rgb.width, height: rgb.height };
};

export const demoModel = () => demoParts({ size: null, activation: null, signal: new AbortController().signal });

export async function demoStages({ height, width }: Preprocessing): Promise<readonly StageGeometry[]> {
  const { path, parts } = await demoModel();
  const model = await loadForStudy(path, parts);
  try {
    return stageGeometries(model.checkpoint.spec, height, width);
  } finally {
    await model.close();
  }
}

/** The demo on the picture at one input: its logits and the CLS row of its last block. */
export async function inNode(
  pixels: Awaited<ReturnType<typeof decodeImage>>,
  at: (base: Preprocessing) => Preprocessing,
): Promise<{
  readonly logits: Float32Array;
  readonly clsRow: Float32Array;
  readonly window: InputWindow;
  readonly stages: readonly StageGeometry[];
}> {
  const { path, parts } = await demoModel();
  const preprocessing = at(parts.preprocessing);
  const model: StudyModel = await loadForStudy(path, { ...parts, preprocessing });
  try {
    const { rgb, window } = preprocess(pixels, preprocessing);
    const run: StudiedPicture = await model.study(normalise(rgb, preprocessing));
    const { spec } = model.checkpoint;
    const last = spec.stages.length - 1;
    return {
      logits: run.logits,
      clsRow: await run.studies.row(last, spec.stages[last]!.depth - 1, null, 0),
      window,
      stages: stageGeometries(spec, preprocessing.height, preprocessing.width),
    };
  } finally {
    await model.close();
  }
}
