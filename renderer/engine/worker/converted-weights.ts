import { BlobSource } from '../../../models/bytes/byte-source.ts';
import { counted } from '../../../models/bytes/counted.ts';
import type { CvtCheckpoint } from '../../../models/cvt/open-cvt.ts';
import { CancelledError, CheckpointError, LensError } from '../../../models/errors.ts';
import { convertedFile, openConverted } from '../../../models/precision/convert.ts';
import { keptName } from '../../../models/precision/kept-files.ts';
import type { ConvertedPrecision } from '../../../models/precision/precision.ts';
import { openSealed, SEAL_BYTES, sealed } from '../../../models/precision/seal.ts';
import { digestOf, hex } from '../../../models/precision/tree-digest.ts';
import type { ConvertedFiles } from '../../storage/converted-files.ts';
import type { Task } from './task.ts';

/** Progress at most this often, in milliseconds. */
const PROGRESS_MS = 100;

export interface ConvertedWeights {
  /** Its entries' offsets count in `blob`. */
  readonly checkpoint: CvtCheckpoint;
  readonly blob: Blob;
}

/**
 * A checkpoint's weights in another precision: what an earlier start has kept, or made now and kept for the next. A browser that keeps
 * nothing has them in memory until the model goes.
 * @param files null where nothing can be kept
 * @throws CheckpointError, CancelledError
 */
export async function convertedWeights(
  modelId: string,
  original: CvtCheckpoint,
  precision: ConvertedPrecision,
  files: ConvertedFiles | null,
  task: Task,
): Promise<ConvertedWeights> {
  const { signal } = task;
  const file = convertedFile(original, precision, signal);
  const tell = teller(task, file.byteLength);
  tell(0);
  const name = keptName(hex(await digestOf(original.source, { signal })), precision);
  const open = async (blob: Blob): Promise<ConvertedWeights | null> => {
    const content = await openSealed(new BlobSource(name, blob), signal);
    if (content === null) return null;
    return { checkpoint: await openConverted(content, original, precision, signal), blob };
  };
  const kept = await readKept(files, modelId, name, open);
  if (kept) return kept;
  const pieces = () => sealed(counted(file.write(), tell));
  const blob = await write(files, modelId, name, pieces);
  const made = await open(blob);
  if (made) return made;
  throw new CheckpointError(
    'unreadable',
    `${name} did not come back from the browser's storage as it was written. Use this model in 32 bits.`,
  );
}

/** Null where nothing is kept, or what is kept was cut short or has changed: it is made anew. @throws CancelledError */
async function readKept(
  files: ConvertedFiles | null,
  modelId: string,
  name: string,
  open: (blob: Blob) => Promise<ConvertedWeights | null>,
): Promise<ConvertedWeights | null> {
  try {
    const blob = await files?.open(modelId, name);
    return blob && blob.size > SEAL_BYTES ? await open(blob) : null;
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return null;
  }
}

async function write(
  files: ConvertedFiles | null,
  modelId: string,
  name: string,
  pieces: () => AsyncIterable<Uint8Array>,
): Promise<Blob> {
  try {
    if (files) return await files.write(modelId, name, pieces());
  } catch (error) {
    // A weight that cannot be read or converted, or a withdrawal: storage has nothing to do with it.
    if (error instanceof LensError) throw error;
  }
  return inMemory(pieces());
}

/** The browser takes each piece as it comes; the Worker's own heap never has them all. */
async function inMemory(pieces: AsyncIterable<Uint8Array>): Promise<Blob> {
  let blob = new Blob([]);
  for await (const piece of pieces) blob = new Blob([blob, new Uint8Array(piece)]);
  return blob;
}

function teller({ progress }: Task, total: number): (done: number) => void {
  let told = Number.NEGATIVE_INFINITY;
  return (done) => {
    const now = performance.now();
    if (now - told < PROGRESS_MS && done < total) return;
    told = now;
    progress({ phase: 'converting', done, total });
  };
}
