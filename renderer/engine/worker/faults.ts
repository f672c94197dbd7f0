import { EngineError, LensError, reasonOf } from '../../../models/errors.ts';
import type { GpuWatch } from './gpu-watch.ts';

/** A lost device makes the run reject a moment before it says that it is lost. Milliseconds. */
const LOST_NEWS_MS = 500;

/** onnxruntime reports these in words only. They come from C++ (`bad_alloc`), Emscripten, V8 and Dawn. */
const OUT_OF_MEMORY = /out of memory|bad_alloc|allocation failed|failed to allocate|cannot enlarge memory/i;
/** The page's server is gone, or was in the middle of a restart. */
const UNREACHABLE = /\b(failed to fetch|networkerror|dynamically imported module)\b/i;
const ABORTED = /\baborted\(|memory access out of bounds|unreachable|null function|table index is out of bounds/i;

export interface Fault {
  readonly error: LensError;
  /** The Worker's runtime cannot be trusted any more, or fresh memory may help: it should be replaced. */
  readonly fatal: boolean;
}

/** What went wrong, as far as can be told from what the runtime threw. */
export async function diagnose(thrown: unknown, gpu: GpuWatch | null): Promise<Fault> {
  if (thrown instanceof LensError) return { error: thrown, fatal: thrown.code === 'engine-out-of-memory' };
  const lost = gpu ? await Promise.race([gpu.lost, pause(LOST_NEWS_MS)]) : null;
  if (lost) return { error: lost, fatal: true };
  const message = reasonOf(thrown);
  if (UNREACHABLE.test(message))
    return {
      error: new EngineError(
        'engine-start',
        `The engine's own files could not be read. Is the app still running? Then start the engine again.`,
        { cause: thrown },
      ),
      fatal: true,
    };
  if (OUT_OF_MEMORY.test(message))
    return {
      error: new EngineError('engine-out-of-memory', `There is not enough memory for this network: ${message}`),
      fatal: true,
    };
  if (thrown instanceof WebAssembly.RuntimeError || ABORTED.test(message))
    return { error: new EngineError('engine-crashed', `The runtime stopped: ${message}`), fatal: true };
  return { error: new EngineError('engine-unexpected', message), fatal: false };
}

function pause(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}
