import { describe, expect, it } from 'vitest';
import {
  areaUnder,
  cellOrder,
  type FaithfulnessPlan,
  faithfulnessCurves,
  faithfulnessRuns,
  portions,
  randomOrders,
} from '../../models/attention/faithfulness.ts';
import { cellAt, stageGeometries } from '../../models/attention/geometry.ts';
import { blurredInput, cellsOfPixels, maskForCells, mixInputs } from '../../models/attention/perturbation.ts';
import { mulberry32 } from './pointing/random.ts';
import { randomFloats, range, sum } from './reference.ts';
import { OFFICIAL, specOf } from './specs.ts';

const SPEC = specOf({ patchSize: 4, patchStride: 4, patchPadding: 0 });
const HEIGHT = 12;
const WIDTH = 20;
const CELLS = 15;
const PIXELS = HEIGHT * WIDTH;

/** A "network" whose probability is a weighted sum of its input: each cell's part in it is known. */
const random = mulberry32(7);
const values = randomFloats(random, 3 * PIXELS);
const weights = randomFloats(random, 3 * PIXELS, 0.01);
const probabilityOf = async (input: Float32Array) => 0.5 + sum(range(input.length).map((i) => input[i]! * weights[i]!));
const blurred = blurredInput(values, HEIGHT, WIDTH);
const cellOf = (pixel: number) => Math.floor(Math.floor(pixel / WIDTH) / 4) * 5 + Math.floor((pixel % WIDTH) / 4);
const parts = range(CELLS).map((cell) =>
  sum(
    range(3 * PIXELS)
      .filter((i) => cellOf(i % PIXELS) === cell)
      .map((i) => (values[i]! - blurred[i]!) * weights[i]!),
  ),
);

const input = { spec: SPEC, height: HEIGHT, width: WIDTH, values };
const plan: FaithfulnessPlan = {
  stage: 0,
  on: 'tokens',
  cells: Float32Array.from(parts),
  classIndex: 0,
  steps: 5,
  randomOrders: 3,
  seed: 11,
};

describe('faithfulnessCurves on a linear network', () => {
  it('takes away and puts back what each cell adds', async () => {
    const whole = await probabilityOf(values);
    const none = await probabilityOf(blurred);
    const curves = await faithfulnessCurves(plan, input, probabilityOf);
    expect(curves.shares).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    const taken = (order: ArrayLike<number>, count: number) => sum(range(count).map((i) => parts[order[i]!]!));
    const order = range(CELLS).sort((a, b) => parts[b]! - parts[a]!);
    const randoms = randomOrders(CELLS, 3, 11);
    for (const step of range(6)) {
      const count = 3 * step;
      const meanTaken = sum(randoms.map((each) => taken(each, count))) / 3;
      expect(curves.deletion.probabilities[step]).toBeCloseTo(whole - taken(order, count), 5);
      expect(curves.insertion.probabilities[step]).toBeCloseTo(none + taken(order, count), 5);
      expect(curves.randomDeletion.probabilities[step]).toBeCloseTo(whole - meanTaken, 5);
      expect(curves.randomInsertion.probabilities[step]).toBeCloseTo(none + meanTaken, 5);
    }
    for (const curve of [curves.deletion, curves.insertion, curves.randomDeletion, curves.randomInsertion])
      expect(curve.area).toBeCloseTo(areaUnder(curves.shares, curve.probabilities), 9);
    // The map is the truth here, so no other order falls or rises faster.
    expect(curves.deletion.area).toBeLessThan(curves.randomDeletion.area);
    expect(curves.insertion.area).toBeGreaterThan(curves.randomInsertion.area);
  });

  it('runs the network as often as it said, and reports each run', async () => {
    for (const steps of [1, 4, 100]) {
      let runs = 0;
      const progress: [number, number][] = [];
      const tested = { ...plan, steps };
      const count = (each: Float32Array) => {
        runs++;
        return probabilityOf(each);
      };
      const options = { onProgress: (done: number, total: number) => progress.push([done, total]) };
      const { shares } = await faithfulnessCurves(tested, input, count, options);
      expect(shares).toHaveLength(Math.min(steps, CELLS) + 1);
      expect(runs).toBe(faithfulnessRuns(tested));
      expect(progress).toEqual(range(runs).map((done) => [done + 1, runs]));
    }
  });

  it('gives the same curves for the same seed, and others for another', async () => {
    const first = await faithfulnessCurves(plan, input, probabilityOf);
    expect(await faithfulnessCurves(plan, input, probabilityOf)).toEqual(first);
    const other = await faithfulnessCurves({ ...plan, seed: 12 }, input, probabilityOf);
    expect(other.deletion).toEqual(first.deletion);
    expect(other.randomDeletion).not.toEqual(first.randomDeletion);
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    let runs = 0;
    const run = (each: Float32Array) => {
      if (++runs === 4) controller.abort();
      return probabilityOf(each);
    };
    await expect(faithfulnessCurves(plan, input, run, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(runs).toBe(4);
  });

  const misfits: [what: string, change: Partial<FaithfulnessPlan>][] = [
    ['a stage that is not there', { stage: 1 }],
    ['a map of another grid', { on: 'keys' }],
    ['a map with holes', { cells: new Float32Array(CELLS).fill(Number.NaN) }],
    ['no steps', { steps: 0 }],
    ['half a step', { steps: 1.5 }],
    ['nothing to compare with', { randomOrders: 0 }],
  ];
  it.each(misfits)('refuses %s', async (_, change) => {
    await expect(faithfulnessCurves({ ...plan, ...change }, input, probabilityOf)).rejects.toMatchObject({
      code: 'engine-bad-request',
    });
  });

  it('refuses an input of another size', async () => {
    const other = { ...input, values: values.subarray(1) };
    await expect(faithfulnessCurves(plan, other, probabilityOf)).rejects.toMatchObject({ code: 'engine-bad-request' });
  });
});

describe('orders and portions', () => {
  it('takes the largest first and equal ones in grid order', () => {
    expect([...cellOrder(Float32Array.of(0, 2, -1, 2, 0.5))]).toEqual([1, 3, 4, 0, 2]);
  });

  it('shuffles into permutations that differ', () => {
    const orders = randomOrders(40, 3, 5);
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(range(40));
    expect(new Set(orders.map((order) => order.join())).size).toBe(3);
  });

  it('puts every cell in every place about equally often', () => {
    const places = range(4).map(() => [0, 0, 0, 0]);
    for (const order of randomOrders(4, 4000, 1)) for (const [place, cell] of order.entries()) places[cell]![place]!++;
    for (const counts of places) for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('divides into portions as equal as can be', () => {
    expect(portions(10, 4)).toEqual([0, 3, 5, 8, 10]);
    expect(portions(3, 3)).toEqual([0, 1, 2, 3]);
  });

  it('measures areas by trapezoids', () => {
    expect(areaUnder([0, 0.5, 1], [1, 0, 0])).toBe(0.25);
    expect(areaUnder([0, 0.25, 1], [1, 1, 1])).toBe(1);
  });
});

describe('masks', () => {
  it('give every pixel to the cell whose tile is drawn there', () => {
    const stages = stageGeometries(OFFICIAL, 64, 48);
    for (const grid of stages.flatMap(({ tokens, keys }) => [tokens, keys])) {
      const cells = cellsOfPixels(grid);
      expect(cells).toHaveLength(64 * 48);
      for (let pixel = 0; pixel < cells.length; pixel++)
        expect(cells[pixel]).toBe(cellAt(grid, { x: (pixel % 48) + 0.5, y: Math.floor(pixel / 48) + 0.5 }));
    }
  });

  it('take the first cells of an order', () => {
    const pixelCells = Uint32Array.of(0, 0, 1, 2, 2, 1);
    expect([...maskForCells(pixelCells, Uint32Array.of(2, 0, 1), 2)]).toEqual([1, 1, 0, 1, 1, 0]);
    expect([...maskForCells(pixelCells, Uint32Array.of(2, 0, 1), 0)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('mix all three channels and leave both inputs alone', () => {
    const from = Float32Array.of(1, 2, 3, 4, 5, 6);
    const to = Float32Array.of(-1, -2, -3, -4, -5, -6);
    expect([...mixInputs(from, to, Uint8Array.of(0, 1))]).toEqual([1, -2, 3, -4, 5, -6]);
    expect(from[1]).toBe(2);
  });
});

describe('blurredInput', () => {
  it('is a Gaussian whose part inside the picture sums to 1', () => {
    const [height, width] = [20, 33];
    const picture = randomFloats(mulberry32(2), 3 * height * width);
    const result = blurredInput(picture, height, width);
    const sigma = 20 / 16;
    const reach = Math.ceil(3 * sigma);
    const weight = (distance: number) => (Math.abs(distance) > reach ? 0 : Math.exp(-0.5 * (distance / sigma) ** 2));
    for (const [channel, y, x] of [
      [0, 0, 0],
      [1, 10, 16],
      [2, 19, 1],
    ] as const) {
      const all = range(height).flatMap((v) =>
        range(width).map((u) => ({ w: weight(v - y) * weight(u - x), at: (channel * height + v) * width + u })),
      );
      const expected = sum(all.map(({ w, at }) => w * picture[at]!)) / sum(all.map(({ w }) => w));
      expect(result[(channel * height + y) * width + x]).toBeCloseTo(expected, 5);
    }
  });

  it('leaves an even picture as it is', () => {
    for (const value of blurredInput(new Float32Array(3 * 30).fill(0.75), 5, 6)) expect(value).toBeCloseTo(0.75, 6);
  });
});
