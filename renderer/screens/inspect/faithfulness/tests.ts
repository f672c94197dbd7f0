import { create } from 'zustand';
import type { FaithfulnessCurves, FaithfulnessPlan } from '../../../../models/attention/faithfulness.ts';
import type { ErrorMessage } from '../../../../models/errors.ts';

/** How thorough a test is. */
export interface TestEffort {
  readonly steps: number;
  readonly randomOrders: number;
}

/** A map's test for a class, under way or over. */
export type MapTest =
  | { readonly kind: 'running'; readonly effort: TestEffort; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly effort: TestEffort; readonly curves: FaithfulnessCurves }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

interface TestsState {
  /** By `testKey`; of the picture that is looked at, and gone with it. */
  readonly tests: ReadonlyMap<string, MapTest>;
  /** One at a time: a test keeps the engine busy. */
  readonly running: string | null;
}

export const useTests = create<TestsState>()(() => ({ tests: new Map(), running: null }));

export function putTest(key: string, test: MapTest | null): void {
  useTests.setState(({ tests }) => {
    const next = new Map(tests);
    if (test) next.set(key, test);
    else next.delete(key);
    return { tests: next };
  });
}

/** The part of a plan that is the map. */
export type TestedCells = Pick<FaithfulnessPlan, 'stage' | 'on' | 'cells'>;

/**
 * Tells tests apart by what is tested: the class, the grid and every number of the map. Two views with the same numbers share
 * a result, because no test could tell them apart either.
 */
export function testKey(classIndex: number, { stage, on, cells }: TestedCells): string {
  // FNV-1a over the bits of the numbers, twice and differently, so that two maps of a session do not meet by chance.
  const words = new Uint32Array(cells.buffer, cells.byteOffset, cells.length);
  let first = 0x811c9dc5;
  let second = 0x01234567;
  for (const word of words) {
    first = Math.imul(first ^ word, 0x01000193);
    second = Math.imul(second ^ (word >>> 7) ^ (word << 11), 0x01000193);
  }
  return `${classIndex} ${stage} ${on} ${cells.length} ${first >>> 0} ${second >>> 0}`;
}
