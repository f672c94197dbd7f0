import { BlobSource, type ByteSource } from '../../../models/bytes/byte-source.ts';
import { GatheredSource } from '../../../models/bytes/gathered-source.ts';
import type { ModelRef } from '../protocol.ts';
import { HAS_JSPI, RemoteBlob, type RuntimeWeights } from './external-data.ts';
import { type Fetched, fetchError, type Incoming } from './incoming.ts';
import { RemoteFile } from './remote-file.ts';
import type { Task } from './task.ts';

/** Progress at most this often: a fast disk gives thousands of pieces a second. */
const PROGRESS_MS = 100;

/** Files up to this size come in one request and are in memory while they are compiled: that is quicker, and CvT-21 is 127 MB. */
const WHOLE_BYTES = 160e6;

/** A checkpoint that is open for the engine. */
export interface CheckpointFile {
  readonly source: ByteSource;
  /** For the runtime, which copies the large weights out of it while the network is compiled. */
  readonly weights: RuntimeWeights;
  /** To be called when that is done: memory that only compiling needed is given back. The source can still be read. */
  compiled(): void;
  /** Whether what lies where it was opened is still the same file. */
  isCurrent(signal: AbortSignal): Promise<boolean>;
}

/**
 * Opens a checkpoint and reads nothing of it that can be left where it is.
 * @throws EngineError `engine-fetch` where the url does not give the file; CancelledError
 */
export async function openCheckpointFile(
  { title, weights }: Pick<ModelRef, 'title' | 'weights'>,
  task: Task,
): Promise<CheckpointFile> {
  if (weights.kind === 'blob') return ofBlob(title, weights.blob);
  const fetched: Fetched = { name: title, url: weights.url };
  const { signal, progress } = task;
  progress({ phase: 'reading', bytes: 0, total: null });
  const found = await RemoteFile.open(fetched, signal);
  if (!(found instanceof RemoteFile)) return ofBlob(title, await wholeBlob(found, fetched, task));
  const total = found.size;
  const isSmall = total <= WHOLE_BYTES;
  progress({ phase: 'reading', bytes: 0, total });
  if (!isSmall && !HAS_JSPI) {
    const all = await found.stream({ start: 0, end: total }, signal);
    return ofBlob(title, await wholeBlob(all, fetched, task));
  }
  const bytes = isSmall ? await found.readWhole(signal) : null;
  if (bytes) progress({ phase: 'reading', bytes: total, total });
  return {
    source: new GatheredSource(found),
    weights: bytes ?? new RemoteBlob(found, signal),
    compiled: () => found.letGo(),
    isCurrent: (asking) => found.isCurrent(asking),
  };
}

/** The browser keeps a Blob's bytes outside the Worker's memory, and one is never another's. */
function ofBlob(title: string, blob: Blob): CheckpointFile {
  return {
    source: new GatheredSource(new BlobSource(title, blob)),
    weights: blob,
    compiled: () => {},
    isCurrent: async () => true,
  };
}

/** All of an answer's bytes as a Blob; they pass through piece by piece. */
async function wholeBlob(incoming: Incoming, fetched: Fetched, { progress }: Task): Promise<Blob> {
  const total = declaredLength(incoming.answer);
  let bytes = 0;
  let told = 0;
  let failure: unknown = null;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const piece = await incoming.next();
        if (!piece) return controller.close();
        bytes += piece.byteLength;
        controller.enqueue(piece);
      } catch (error) {
        failure = error;
        throw error;
      }
      const now = performance.now();
      if (now - told < PROGRESS_MS) return;
      told = now;
      progress({ phase: 'reading', bytes, total });
    },
    cancel: () => incoming.cancel(),
  });
  const blob = await new Response(body).blob().catch((error: unknown) => {
    throw failure ?? error;
  });
  if (total !== null && blob.size !== total) throw fetchError(fetched, `${blob.size} of ${total} bytes arrived`);
  progress({ phase: 'reading', bytes: blob.size, total: blob.size });
  return blob;
}

/** Null where nobody knows: a compressed answer declares its compressed length. */
function declaredLength({ headers }: Response): number | null {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? null : Number(length);
}
