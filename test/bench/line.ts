import type { Rounds } from './compare.ts';
import type { Finding } from './finding.ts';

/**
 * A line of the bench: one file in `lines/`, named in `lines.ts`. A line measures and says what it found; warming up, turns and
 * statistics are in `compare.ts`, printing in `report.ts`.
 */
export interface BenchLine {
  /** Heading in the table. */
  readonly title: string;
  /**
   * Each is measured in a fresh process of its own, since the runtime takes some settings once for all, such as its threads.
   * Names for the table; a single `''` where there is nothing to set.
   */
  readonly settings: readonly string[];
  /** Those that the short mode leaves out: they take long, or say what another says too. */
  readonly fullOnly?: readonly string[];
  measure(run: BenchRun): Promise<readonly Finding[]>;
}

export interface BenchRun {
  /** One of the line's. */
  readonly setting: string;
  /** Whether the whole bench is to take less than three minutes: leave out what takes long. */
  readonly isShort: boolean;
  /** 3 to warm up and 15 that count; 2 and 5 in the short mode. More is welcome where it is cheap. */
  readonly rounds: Rounds;
  /** A line of progress, on stderr. */
  say(text: string): void;
}

export const FULL_ROUNDS: Rounds = { warmUp: 3, counted: 15 };
export const SHORT_ROUNDS: Rounds = { warmUp: 2, counted: 5 };
