import type { Precision } from '../precision/precision.ts';

/**
 * From this many bytes of weights on, the CPU multiplies with them as they lie. A packed copy of each matrix takes memory that the
 * originals do not give back before all are made: with CvT-W24's, a process is at 1.48 times the weights when the session stands, without
 * at 1.25. Small networks run 3 to 6 % faster with packed copies (test/bench/NOTES.md, line 5).
 */
const UNPACKED_BYTES = 512e6;

/** Options of onnxruntime's for a session on its CPU provider, in its words. */
export interface CpuSessionOptions {
  readonly graphOptimizationLevel: 'disabled' | 'all';
  readonly extra: { readonly session: Record<string, string> };
}

/**
 * Our graphs leave nothing to fuse: looking for it takes a sixth of the loading, and a run is as long without (test/bench/NOTES.md,
 * line 5). Only 8-bit steps are written apart and wait to be joined.
 * @param weightBytes that the session holds
 */
export function cpuSessionOptions(weightBytes: number, precision: Precision): CpuSessionOptions {
  return {
    graphOptimizationLevel: precision === 'int8' ? 'all' : 'disabled',
    extra: { session: weightBytes >= UNPACKED_BYTES ? { disable_prepacking: '1' } : {} },
  };
}
