import { BlobSource } from '../../models/bytes/byte-source.ts';
import { orientedSize, readImageHeaderFrom } from '../../models/image/header.ts';
import { type Prediction, rankClasses } from '../../models/predictions.ts';
import type { CallOptions, Engine } from '../engine/engine.ts';
import type { Analysis, ModelRef } from '../engine/protocol.ts';
import type { Frames, PictureSize } from '../stores/images.ts';

/*
 * One picture from the drop to the overlay:
 *
 *   1. judgePicture       the header, before anything decodes the file          (analysis-queue.ts)
 *   2. analysePicture     the engine's logits and received maps, and its taps    (analysis-queue.ts)
 *      classifyPictures   the logits alone, of pictures that nobody looks at     (classify-job.ts)
 *   3. predictionsOf      the answer
 *   4. stageTiles         where every stage's cells lie in the user's picture    (tiles.ts)
 *   5. wishesOf           what the view wants of the taps                        (wishes.ts)
 *   6. StudySlot          asks the engine for it, the latest wish first          (study-slot.ts, follow-studies.ts)
 *   7. stagePlace         the map, out of the analysis or the engine's answer    (maps-of.ts)
 *   8. mapScale           what its colours mean                                  (models/drawing, follow-maps.ts)
 *   9. paintMap           every cell on its own pixels                           (paint.ts)
 *
 * Stores keep what the steps return; a change of view starts again at step 5, and a move of the pointer too.
 */

/** What a header says of a picture before anything decodes it. */
export interface Judged {
  readonly size: PictureSize;
  /** Null for a still picture. */
  readonly frames: Frames | null;
}

/** 1. The file is judged by its header, before anything decodes it. @throws ImageError */
export async function judgePicture(name: string, file: Blob, signal?: AbortSignal): Promise<Judged> {
  const header = await readImageHeaderFrom(new BlobSource(name, file), signal);
  const frames = header.animated === false ? null : { count: header.frames, certain: header.animated === true };
  return { size: orientedSize(header), frames };
}

/** 2. The engine decodes, resizes, crops and runs it: logits, received maps, and taps that it keeps for studies. */
export function analysePicture(engine: Engine, model: ModelRef, name: string, file: Blob, options: CallOptions) {
  return engine.call('analyze', { model, picture: { name, bytes: file } }, options);
}

/** 2. Likewise for many that nobody looks at: predictions alone, and nothing is kept of the runs. */
export function classifyPictures(
  engine: Engine,
  model: ModelRef,
  pictures: readonly { readonly name: string; readonly file: Blob }[],
  options: CallOptions,
) {
  return engine.call(
    'classify',
    { model, pictures: pictures.map(({ name, file }) => ({ name, bytes: file })) },
    options,
  );
}

/** 3. The answer, likeliest class first. */
export function predictionsOf(analysis: Analysis, labels: readonly string[]): readonly Prediction[] {
  return rankClasses(analysis.probabilities, labels);
}
