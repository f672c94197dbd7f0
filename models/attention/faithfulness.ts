import { cellCount } from '../cvt/grids.ts';
import type { CvtSpec } from '../cvt/spec.ts';
import { EngineError, throwIfCancelled } from '../errors.ts';
import { gridSize, stageGeometries } from './geometry.ts';
import { blurredInput, cellsOfPixels, maskForCells, mixInputs } from './perturbation.ts';
import type { StudyOptions } from './study.ts';

/** What is tested: the order in which a map's cells are taken away or put back. */
export interface FaithfulnessPlan {
  /** A map over one stage's keys or tokens. Pixel maps are averaged over a stage's tiles before they get here. */
  readonly stage: number;
  readonly on: 'keys' | 'tokens';
  /** [rows · cols]; the largest goes first. */
  readonly cells: Float32Array;
  /** Whose probability is followed. */
  readonly classIndex: number;
  /** Points of each curve beside its start; cells are taken in this many equal portions. 1 or more; at most one a cell. */
  readonly steps: number;
  /** Random orders to compare with; their curves are averaged. 1 or more. */
  readonly randomOrders: number;
  readonly seed: number;
}

/** A class's probability while cells go (deletion) or come (insertion). */
export interface FaithfulnessCurve {
  /** [steps + 1], 0–1. */
  readonly probabilities: readonly number[];
  /** Area under the curve over the share of cells, by trapezoids; 0–1. */
  readonly area: number;
}

export interface FaithfulnessCurves {
  /** [steps + 1], 0 to 1: the share of cells taken. */
  readonly shares: readonly number[];
  readonly deletion: FaithfulnessCurve;
  readonly insertion: FaithfulnessCurve;
  /** The mean over the random orders. */
  readonly randomDeletion: FaithfulnessCurve;
  readonly randomInsertion: FaithfulnessCurve;
}

/** The network that is tested, by its geometry, and the picture. */
export interface FaithfulnessInput {
  readonly spec: CvtSpec;
  /** Of the input, in pixels. */
  readonly height: number;
  readonly width: number;
  /** [3, height, width], normalised. */
  readonly values: Float32Array;
}

/** How often the network is run for a plan. Both ends of all curves are the same two pictures. */
export function faithfulnessRuns(plan: Pick<FaithfulnessPlan, 'cells' | 'steps' | 'randomOrders'>): number {
  return 2 + 2 * (stepCount(plan) - 1) * (1 + plan.randomOrders);
}

/**
 * Deletion and insertion curves (Petsiuk et al., arXiv 1806.07421): the cells of a map go, largest first, from the picture to
 * its blur, or come back onto the blur. The faster deletion falls and insertion rises against random orders, the more of
 * what the class depends on the map has found. A cell is the tile that is drawn for it.
 * @param probabilityOf runs the network on an input [3, height, width] and gives the class's probability
 * @throws EngineError `engine-bad-request` where the plan does not fit the network
 * @throws SpecError `input-too-small`
 * @throws CancelledError
 */
export async function faithfulnessCurves(
  plan: FaithfulnessPlan,
  { spec, height, width, values }: FaithfulnessInput,
  probabilityOf: (input: Float32Array) => Promise<number>,
  { signal, onProgress }: StudyOptions = {},
): Promise<FaithfulnessCurves> {
  const geometry = stageGeometries(spec, height, width)[plan.stage];
  if (!geometry) throw new EngineError('engine-bad-request', `There is no stage ${plan.stage} in this network.`);
  checkPlan(plan, cellCount(gridSize(geometry[plan.on])));
  if (values.length !== 3 * height * width)
    throw new EngineError('engine-bad-request', `${values.length} values do not fit ${width}×${height} pixels.`);

  const pixelCells = cellsOfPixels(geometry[plan.on]);
  const blurred = blurredInput(values, height, width);
  const total = faithfulnessRuns(plan);
  let done = 0;
  const run = async (input: Float32Array): Promise<number> => {
    throwIfCancelled(signal);
    const probability = await probabilityOf(input);
    onProgress?.(++done, total);
    return probability;
  };

  const whole = await run(values);
  const none = await run(blurred);
  const counts = portions(plan.cells.length, stepCount(plan));
  const walk = async (order: Uint32Array, from: Float32Array, to: Float32Array, ends: readonly [number, number]) => {
    const probabilities = [ends[0]];
    for (const count of counts.slice(1, -1))
      probabilities.push(await run(mixInputs(from, to, maskForCells(pixelCells, order, count))));
    probabilities.push(ends[1]);
    return probabilities;
  };
  const both = async (order: Uint32Array) => ({
    deletion: await walk(order, values, blurred, [whole, none]),
    insertion: await walk(order, blurred, values, [none, whole]),
  });

  const ofMap = await both(cellOrder(plan.cells));
  const random: (typeof ofMap)[] = [];
  for (const order of randomOrders(plan.cells.length, plan.randomOrders, plan.seed)) random.push(await both(order));
  const shares = counts.map((count) => count / plan.cells.length);
  const curve = (...all: readonly number[][]): FaithfulnessCurve => {
    const probabilities = shares.map((_, i) => all.reduce((sum, each) => sum + each[i]!, 0) / all.length);
    return { probabilities, area: areaUnder(shares, probabilities) };
  };
  return {
    shares,
    deletion: curve(ofMap.deletion),
    insertion: curve(ofMap.insertion),
    randomDeletion: curve(...random.map(({ deletion }) => deletion)),
    randomInsertion: curve(...random.map(({ insertion }) => insertion)),
  };
}

/** Cells from the largest value to the smallest; equal ones in the order of the grid. */
export function cellOrder(cells: Float32Array): Uint32Array {
  // Typed arrays sort stably.
  return Uint32Array.from(cells.keys()).sort((a, b) => cells[b]! - cells[a]!);
}

/** `count` permutations of `cells` cells, the same for the same seed (Fisher–Yates over mulberry32). */
export function randomOrders(cells: number, count: number, seed: number): readonly Uint32Array[] {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => {
    const order = Uint32Array.from({ length: cells }, (_, cell) => cell);
    for (let last = cells - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  });
}

/** [steps + 1]: how many of `cells` cells are taken at each point of a curve, 0 to all, in portions as equal as can be. */
export function portions(cells: number, steps: number): readonly number[] {
  return Array.from({ length: steps + 1 }, (_, step) => Math.round((step * cells) / steps));
}

/** By trapezoids. */
export function areaUnder(xs: readonly number[], ys: readonly number[]): number {
  let area = 0;
  for (let i = 1; i < xs.length; i++) area += ((xs[i]! - xs[i - 1]!) * (ys[i]! + ys[i - 1]!)) / 2;
  return area;
}

function stepCount({ cells, steps }: Pick<FaithfulnessPlan, 'cells' | 'steps'>): number {
  return Math.min(steps, cells.length);
}

function checkPlan({ cells, steps, randomOrders: orders }: FaithfulnessPlan, expected: number): void {
  const refuse = (message: string) => new EngineError('engine-bad-request', message);
  if (cells.length !== expected) throw refuse(`${cells.length} cells do not fit a grid of ${expected}.`);
  if (cells.some((value) => !Number.isFinite(value)))
    throw refuse('A map with values that are no numbers has no order.');
  if (!(Number.isInteger(steps) && steps >= 1)) throw refuse(`A curve cannot have ${steps} steps.`);
  if (!(Number.isInteger(orders) && orders >= 1)) throw refuse(`A map cannot be held against ${orders} random orders.`);
}

/** Tommy Ettinger's generator: 0 to below 1. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
