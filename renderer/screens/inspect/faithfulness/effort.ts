import { faithfulnessRuns } from '../../../../models/attention/faithfulness.ts';
import type { TestEffort, TestedCells } from './tests.ts';

export const STEPS = [8, 16, 32] as const;
export const RANDOM_ORDERS = [1, 3, 5] as const;

/** 122 runs: some seconds for a small model, and the random curve is a mean. */
export const DEFAULT_EFFORT: TestEffort = { steps: 16, randomOrders: 3 };

/** What a test will cost. */
export interface Cost {
  readonly runs: number;
  readonly ms: number;
}

/** @param runMs of one run of the network, as the analysis measured it */
export function costOf({ cells }: TestedCells, effort: TestEffort, runMs: number): Cost {
  const runs = faithfulnessRuns({ cells, ...effort });
  return { runs, ms: runs * runMs };
}
