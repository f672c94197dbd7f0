import { ENGINE_MEMORY_BYTES, sessionBytes } from '../../../models/cvt/footprint.ts';

/**
 * Weights that stay loaded, by the size of their files: CvT-W24 alone (1.1 GB), or the small variants together. The runtime's
 * memory ends at 4 GB, and activations need theirs.
 */
const SESSION_BYTES = 1.25 * 2 ** 30;

/** Input sizes of one model that stay loaded: every session has the weights again, and people go back and forth between two. */
const SIZES_PER_MODEL = 2;

/** What a compiled network takes. */
export interface SessionSize {
  /** The same at every input size. */
  readonly modelKey: string;
  /** Of the weights' file. */
  readonly bytes: number;
  /** Estimated peak of a run, beyond the weights. */
  readonly runBytes: number;
}

/**
 * Which networks have to go before `wanted` comes in: the least recent size of a model that already has its share of sizes, then
 * the least recent networks until the weights fit, and the largest run beside them.
 * @param loaded by key, the least recent first
 */
export function sessionsToRelease(
  loaded: readonly (readonly [key: string, size: SessionSize])[],
  wanted: SessionSize,
): readonly string[] {
  const sizes = loaded.filter(([, { modelKey }]) => modelKey === wanted.modelKey);
  const surplus = sizes.slice(0, Math.max(0, sizes.length - SIZES_PER_MODEL + 1)).map(([key]) => key);
  const released = [...surplus];
  const kept = loaded.filter(([key]) => !surplus.includes(key));
  while (kept.length > 0 && !haveRoom([wanted, ...kept.map(([, size]) => size)])) released.push(kept.shift()![0]);
  return released;
}

function haveRoom(sizes: readonly SessionSize[]): boolean {
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const peak = Math.max(...sizes.map(({ runBytes }) => runBytes));
  return bytes <= SESSION_BYTES && sessionBytes(bytes) + peak <= ENGINE_MEMORY_BYTES;
}
