import { CancelledError, EngineError } from '../../../models/errors.ts';
import type { ModelRef } from '../protocol.ts';
import type { Task } from './task.ts';

/** Progress at most this often: a fast disk gives thousands of pieces a second. */
const PROGRESS_MS = 100;

/**
 * The checkpoint as a Blob, which the browser keeps outside the Worker's heap. A url's bytes pass through piece by piece.
 * @throws EngineError `engine-fetch` where the url does not give the file; CancelledError
 */
export async function checkpointBytes(model: Pick<ModelRef, 'title' | 'weights'>, task: Task): Promise<Blob> {
  const { weights, title } = model;
  if (weights.kind === 'blob') return weights.blob;
  try {
    return await fetchBlob(weights.url, title, task);
  } catch (error) {
    if (task.signal.aborted) throw new CancelledError();
    if (error instanceof EngineError) throw error;
    throw fetchError(title, weights.url, (error as Error).message);
  }
}

async function fetchBlob(url: string, title: string, { signal, progress }: Task): Promise<Blob> {
  progress({ phase: 'reading', bytes: 0, total: null });
  const response = await fetch(url, { signal });
  if (!response.ok)
    throw fetchError(title, url, `the server answered ${response.status} ${response.statusText}`.trim());
  const type = response.headers.get('content-type') ?? '';
  // A server that answers every path with the app's own page.
  if (/^text\/html/i.test(type)) throw fetchError(title, url, 'the server answered with a page instead of a file');
  if (!response.body) throw fetchError(title, url, 'the answer has no body');

  const total = declaredLength(response);
  let bytes = 0;
  let told = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        bytes += piece.byteLength;
        const now = performance.now();
        if (now - told >= PROGRESS_MS) {
          told = now;
          progress({ phase: 'reading', bytes, total });
        }
        controller.enqueue(piece);
      },
    }),
    { signal },
  );
  const blob = await new Response(counted).blob();
  if (total !== null && blob.size !== total) throw fetchError(title, url, `${blob.size} of ${total} bytes arrived`);
  progress({ phase: 'reading', bytes: blob.size, total: blob.size });
  return blob;
}

/** Null where nobody knows: a compressed answer declares its compressed length. */
function declaredLength({ headers }: Response): number | null {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? null : Number(length);
}

function fetchError(title: string, url: string, why: string): EngineError {
  return new EngineError('engine-fetch', `${title}: the weights could not be fetched from ${url}: ${why}. Try again.`);
}
