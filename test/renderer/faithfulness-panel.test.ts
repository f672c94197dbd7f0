import { beforeEach, describe, expect, test } from 'vitest';
import type { AttentionMap } from '../../models/attention/attention-map.ts';
import type { FaithfulnessCurves } from '../../models/attention/faithfulness.ts';
import { stageTiles } from '../../renderer/pipeline/tiles.ts';
import { curveChart } from '../../renderer/screens/inspect/faithfulness/curve-chart.ts';
import { costOf } from '../../renderer/screens/inspect/faithfulness/effort.ts';
import { testedCells } from '../../renderer/screens/inspect/faithfulness/map-to-test.ts';
import { startMapTests } from '../../renderer/screens/inspect/faithfulness/run-tests.ts';
import { type TestedCells, testKey, useTests } from '../../renderer/screens/inspect/faithfulness/tests.ts';
import { verdict } from '../../renderer/screens/inspect/faithfulness/verdict.ts';
import { useImages } from '../../renderer/stores/images.ts';
import { modelRef, useModel } from '../../renderer/stores/model.ts';
import { analysis, ENTRY, FakeEngine, READY, REPORT, settled } from './fake-engine.ts';

function curves(
  deletion: number,
  randomDeletion: number,
  insertion: number,
  randomInsertion: number,
  highest = 0.9,
): FaithfulnessCurves {
  const curve = (area: number) => ({ probabilities: [highest, area], area });
  return {
    shares: [0, 1],
    deletion: curve(deletion),
    insertion: curve(insertion),
    randomDeletion: curve(randomDeletion),
    randomInsertion: curve(randomInsertion),
  };
}

test.each([
  [
    curves(0.31, 0.52, 0.66, 0.48),
    'Deleting by this map lowers parrot faster than at random: area 0.31 against 0.52; inserting by it raises it faster, too: 0.66 against 0.48.',
  ],
  [
    curves(0.31, 0.52, 0.4, 0.48),
    'Deleting by this map lowers parrot faster than at random: area 0.31 against 0.52; inserting by it raises it slower: 0.40 against 0.48.',
  ],
  [
    curves(0.5, 0.51, 0.47, 0.48),
    'Deleting by this map lowers parrot about as fast as at random: area 0.50 against 0.51; inserting by it raises it about as fast, too: 0.47 against 0.48.',
  ],
  [
    curves(0.6, 0.51, 0.48, 0.48),
    'Deleting by this map lowers parrot slower than at random: area 0.60 against 0.51; inserting by it raises it about as fast: 0.48 against 0.48.',
  ],
  [
    curves(0.001, 0.0022, 0.002, 0.0019, 0.003),
    'Deleting by this map lowers parrot faster than at random: area 0.001 against 0.0022; inserting by it raises it about as fast: 0.002 against 0.0019.',
  ],
])('the verdict claims what the areas say and no more (%#)', (result, sentence) => {
  expect(verdict(result, 'parrot')).toBe(sentence);
});

describe('what of a map is tested', () => {
  const { window } = analysis('r');
  const stages = stageTiles(REPORT, window).map(({ geometry }) => geometry);
  const map = (change: Partial<AttentionMap>): AttentionMap => ({
    view: 'rollout',
    stage: 0,
    block: null,
    head: null,
    token: null,
    on: 'pixels',
    grid: { rows: 64, cols: 64 },
    cells: new Float32Array(64 * 64),
    cls: null,
    unit: 'share',
    signed: false,
    uniform: 4096,
    ...change,
  });

  test('a map on a stage’s grid is tested as it is', () => {
    const cells = Float32Array.of(1, 2, 3, 4);
    const keys = map({ view: 'cls', stage: 2, on: 'keys', grid: { rows: 2, cols: 2 }, cells });
    expect(testedCells(keys, stages)).toEqual({ stage: 2, on: 'keys', cells });
  });

  test('pixels are averaged over the last stage’s tokens, every pixel for the one whose tile it lies on', () => {
    const { rows, cols } = stages[2]!.tokens;
    const cellOf = (at: number) => rows.cellAt(Math.floor(at / 64) + 0.5) * cols.count + cols.cellAt((at % 64) + 0.5);
    const cells = Float32Array.from({ length: 64 * 64 }, (_, at) => 10 * cellOf(at) + (at % 2));
    const tested = testedCells(map({ cells }), stages);
    expect(tested).toMatchObject({ stage: 2, on: 'tokens' });
    const sums = new Array(16).fill(0);
    const counts = new Array(16).fill(0);
    for (let at = 0; at < cells.length; at += 1) {
      sums[cellOf(at)] += cells[at]!;
      counts[cellOf(at)] += 1;
    }
    expect([...tested.cells]).toEqual(sums.map((sum, cell) => Math.fround(sum / counts[cell])));
  });
});

test('a result belongs to these numbers on this grid for this class, and to nothing else', () => {
  const cells = (values: readonly number[]): TestedCells => ({
    stage: 2,
    on: 'keys',
    cells: Float32Array.from(values),
  });
  const key = testKey(3, cells([1, 2, 3]));
  expect(testKey(3, cells([1, 2, 3]))).toBe(key);
  const others = [
    testKey(4, cells([1, 2, 3])),
    testKey(3, cells([1, 3, 2])),
    testKey(3, cells([1, 2, 3.0001])),
    testKey(3, cells([1, 2, 3, 0])),
    testKey(3, { ...cells([1, 2, 3]), on: 'tokens' }),
    testKey(3, { ...cells([1, 2, 3]), stage: 1 }),
  ];
  expect(new Set([key, ...others]).size).toBe(others.length + 1);
});

test('the cost counts every run of the network', () => {
  const cells: TestedCells = { stage: 2, on: 'keys', cells: new Float32Array(49) };
  expect(costOf(cells, { steps: 16, randomOrders: 3 }, 50)).toEqual({ runs: 122, ms: 6100 });
});

test('a chart spans its axes', () => {
  const chart = curveChart({ width: 144, height: 122 }, 0.87);
  const line = chart.line({ shares: [0, 1], probabilities: [0, 0.5] });
  expect(line).toMatch(new RegExp(`^M${chart.left}\\.0,${chart.bottom}\\.0L${chart.right}\\.0,`));
  expect(chart.yTicks.map(({ text }) => text)).toEqual(['0', '50', '100']);
  for (const { at } of [...chart.yTicks]) expect(at >= chart.top && at <= chart.bottom).toBe(true);
});

describe('a test by the engine', () => {
  const cells: TestedCells = { stage: 2, on: 'keys', cells: Float32Array.of(1, 2, 3, 4) };
  const effort = { steps: 4, randomOrders: 1 };
  const subject = { model: modelRef(ENTRY), picture: { name: 'a.png', bytes: new Blob(['a']) } };
  const key = testKey(1, cells);
  const test1 = () => useTests.getState().tests.get(key) ?? null;
  let engine: FakeEngine;

  beforeEach(() => {
    useTests.setState({ tests: new Map(), running: null });
    useModel.setState({ state: READY });
    useImages.setState({ images: [], selected: null });
    useImages.getState().add([
      { name: 'a.png', file: new Blob(['a']) },
      { name: 'b.png', file: new Blob(['b']) },
    ]);
    engine = new FakeEngine();
  });

  test('is told how far it is and keeps its result under its map', async () => {
    const over = startMapTests(engine).start(subject, cells, 1, effort);
    const call = engine.next('faithfulness');
    expect(call.argument).toMatchObject({ plan: { ...cells, ...effort, classIndex: 1 }, picture: { name: 'a.png' } });
    expect(test1()).toMatchObject({ kind: 'running', done: 0, total: 14 });
    call.options.onProgress?.({ phase: 'studying', done: 5, total: 14 });
    expect(test1()).toMatchObject({ kind: 'running', done: 5 });
    const result = curves(0.1, 0.2, 0.3, 0.4);
    await call.answer(result);
    await over;
    expect(test1()).toEqual({ kind: 'done', effort, curves: result });
    expect(useTests.getState().running).toBeNull();
  });

  test('that is cancelled leaves nothing behind, and the engine hears of it', async () => {
    const tests = startMapTests(engine);
    const over = tests.start(subject, cells, 1, effort);
    const { options } = engine.next('faithfulness');
    tests.cancel();
    await over;
    expect(options.signal?.aborted).toBe(true);
    expect(useTests.getState()).toEqual({ tests: new Map(), running: null });
  });

  test('that fails says why', async () => {
    const over = startMapTests(engine).start(subject, cells, 1, effort);
    await engine.next('faithfulness').fail('EngineError', 'engine-out-of-memory');
    await over;
    expect(test1()).toMatchObject({ kind: 'failed', error: { code: 'engine-out-of-memory' } });
  });

  test('gives way to a newer one, whose late answer alone counts', async () => {
    const tests = startMapTests(engine);
    const first = tests.start(subject, cells, 1, effort);
    const other: TestedCells = { ...cells, cells: Float32Array.of(4, 3, 2, 1) };
    const second = tests.start(subject, other, 1, effort);
    const [, call] = engine.pending;
    await call!.answer(curves(0, 0, 0, 0));
    await Promise.all([first, second]);
    expect([...useTests.getState().tests.keys()]).toEqual([testKey(1, other)]);
  });

  test('goes with its picture, done or under way', async () => {
    const tests = startMapTests(engine);
    const over = tests.start(subject, cells, 1, effort);
    await engine.next('faithfulness').answer(curves(0, 0, 0, 0));
    await over;
    const running = tests.start(subject, { ...cells, stage: 1 }, 1, effort);
    const { options } = engine.next('faithfulness');
    useImages.getState().select(useImages.getState().images[1]!.id);
    await running;
    await settled();
    expect(options.signal?.aborted).toBe(true);
    expect(useTests.getState()).toEqual({ tests: new Map(), running: null });
  });
});
