import type { Bound, Figure, Ratio } from './finding.ts';
import { ratioOf, spreadOf } from './statistics.ts';

/** One side of a comparison: work that is timed from here, or that times itself since its start or end lies elsewhere. */
export type Side =
  | { readonly label: string; run(): Promise<unknown> }
  /** Does the work once and gives its milliseconds. */
  | { readonly label: string; time(): Promise<number> };

export interface Rounds {
  /** Rounds whose times are thrown away: the runtime tiers up, caches fill. */
  readonly warmUp: number;
  readonly counted: number;
}

/** What stands beside the numbers of a finding. */
export interface Naming {
  readonly name: string;
  readonly bound?: Bound;
  readonly note?: string;
}

/**
 * Measures sides in turns, so that whatever slows the machine down slows all of them. The order turns round from one round to the
 * next: who comes second finds the caches as the first has left them.
 * @returns milliseconds, per side and counted round
 */
export async function alternate(
  sides: readonly Side[],
  { warmUp, counted }: Rounds,
  clock: () => number = () => performance.now(),
): Promise<readonly (readonly number[])[]> {
  const times = sides.map((): number[] => []);
  for (let round = 0; round < warmUp + counted; round++) {
    const order = [...sides.keys()];
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      const ms = await timed(sides[index]!, clock);
      if (round >= warmUp) times[index]!.push(ms);
    }
  }
  return times;
}

async function timed(side: Side, clock: () => number): Promise<number> {
  if ('time' in side) return side.time();
  const start = clock();
  await side.run();
  return clock() - start;
}

/** Ours against another, in turns. */
export async function compare(naming: Naming, ours: Side, other: Side, rounds: Rounds): Promise<Ratio> {
  const [mine, others] = await alternate([ours, other], rounds);
  return ratio(naming, { label: ours.label, times: mine! }, { label: other.label, times: others! });
}

interface Measured {
  readonly label: string;
  /** Milliseconds, a number per round. */
  readonly times: readonly number[];
}

/** A finding from times that were taken in the same rounds. */
export function ratio(naming: Naming, ours: Measured, other: Measured): Ratio {
  return {
    kind: 'ratio',
    ...described(naming),
    ours: { label: ours.label, ...spreadOf(ours.times) },
    other: { label: other.label, ...spreadOf(other.times) },
    ratio: ratioOf(ours.times, other.times),
  };
}

/** A finding about one thing by itself. */
export function figure(naming: Naming, unit: string, values: readonly number[]): Figure {
  return { kind: 'figure', ...described(naming), unit, value: spreadOf(values) };
}

function described({ name, bound, note }: Naming): Pick<Ratio, 'name' | 'bound' | 'note'> {
  return { name, bound: bound ?? null, note: note ?? null };
}
