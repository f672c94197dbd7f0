import { ENGINE_MEMORY_BYTES, sessionBytes } from '../../../models/cvt/footprint.ts';

/**
 * Weights that stay loaded, by the size of their files: CvT-W24 alone (1.1 GB), or the small variants together. The runtime's
 * memory ends at 4 GB, and activations need theirs.
 */
const SESSION_BYTES = 1.25 * 2 ** 30;

/**
 * What the sessions of one model may take together, weights and the memory of their runs: every session has the weights again and keeps
 * what its largest run took. Eight sizes of CvT-13 around 224, any number of the demo's; of larger networks the two between
 * which people go back and forth.
 */
const SIZES_BYTES = 2 ** 30;
const SIZES_THAT_STAY = 2;

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
 * Which networks have to go before `wanted` comes in: the least recent sessions of its own model where those take their share, then
 * the least recent networks until the weights fit, and the largest run beside them.
 * @param loaded by key, the least recent first
 */
export function sessionsToRelease(
  loaded: readonly (readonly [key: string, size: SessionSize])[],
  wanted: SessionSize,
): readonly string[] {
  const sizes = loaded.filter(([, { modelKey }]) => modelKey === wanted.modelKey);
  const released: string[] = [];
  while (sizes.length >= SIZES_THAT_STAY && takenBy([wanted, ...sizes.map(([, size]) => size)]) > SIZES_BYTES)
    released.push(sizes.shift()![0]);
  const kept = loaded.filter(([key]) => !released.includes(key));
  while (kept.length > 0 && !haveRoom([wanted, ...kept.map(([, size]) => size)])) released.push(kept.shift()![0]);
  return released;
}

function takenBy(sizes: readonly SessionSize[]): number {
  return sizes.reduce((sum, { bytes, runBytes }) => sum + sessionBytes(bytes) + runBytes, 0);
}

function haveRoom(sizes: readonly SessionSize[]): boolean {
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const peak = Math.max(...sizes.map(({ runBytes }) => runBytes));
  return bytes <= SESSION_BYTES && sessionBytes(bytes) + peak <= ENGINE_MEMORY_BYTES;
}
