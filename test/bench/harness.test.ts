import { describe, expect, test } from 'vitest';
import { alternate, compare, figure, ratio } from './compare.ts';
import { type Bound, findingSchema, isMet } from './finding.ts';
import { LINES } from './lines.ts';
import { type MeasuredLine, reportSchema, table } from './report.ts';
import { quantile, ratioOf, spreadOf } from './statistics.ts';

describe('statistics', () => {
  test.each([
    ['odd', [3, 1, 2], 0.5, 2],
    ['even', [4, 1, 2, 3], 0.5, 2.5],
    ['one', [7], 0.25, 7],
    ['lower quartile', [1, 2, 3, 4, 5], 0.25, 2],
    ['between neighbours', [10, 20], 0.75, 17.5],
    ['not by their text', [10, 9, 100], 0.5, 10],
  ])('quantile: %s', (_, values, q, expected) => {
    expect(quantile(values, q)).toBe(expected);
  });

  test('a quantile of nothing is an error', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  test('one slow round moves neither median nor quartiles', () => {
    const steady = [10, 11, 12, 13, 14, 15, 16];
    expect(spreadOf([...steady.slice(0, -1), 9000])).toEqual(spreadOf(steady));
  });

  test('a ratio is the medians’, its spread the rounds’ own', () => {
    // The machine was half as fast in the last round: both sides felt it, the ratio does not.
    expect(ratioOf([1, 2, 4], [2, 4, 8])).toEqual({ median: 0.5, low: 0.5, high: 0.5, count: 3 });
    expect(ratioOf([1, 1, 1], [1, 2, 4])).toEqual({ median: 0.5, low: 0.375, high: 0.75, count: 3 });
    expect(() => ratioOf([1], [1, 2])).toThrow(RangeError);
  });
});

describe('alternate', () => {
  /** Sides that write down their turn and take as long on the clock as they are told. */
  function scene(durations: readonly number[]) {
    const turns: number[] = [];
    let now = 0;
    const sides = durations.map((ms, index) => ({
      label: `${index}`,
      run: async () => {
        turns.push(index);
        now += ms;
      },
    }));
    return { turns, sides, clock: () => now };
  }

  test('takes turns, and turns the order round', async () => {
    const { turns, sides, clock } = scene([1, 2]);
    await alternate(sides, { warmUp: 1, counted: 3 }, clock);
    expect(turns).toEqual([0, 1, 1, 0, 0, 1, 1, 0]);
  });

  test('counts no round of the warm-up', async () => {
    const { sides, clock } = scene([3, 5]);
    expect(await alternate(sides, { warmUp: 2, counted: 3 }, clock)).toEqual([
      [3, 3, 3],
      [5, 5, 5],
    ]);
  });

  test('takes the word of a side that times itself', async () => {
    const { sides, clock } = scene([3]);
    const times = await alternate([...sides, { label: 'own', time: async () => 42 }], { warmUp: 0, counted: 2 }, clock);
    expect(times).toEqual([
      [3, 3],
      [42, 42],
    ]);
  });
});

describe('findings', () => {
  const atMost: Bound = { side: 'at-most', value: 0.87, kind: 'bar' };
  const atLeast: Bound = { side: 'at-least', value: 1.6, kind: 'target' };

  test.each([
    [atMost, 0.86, true],
    [atMost, 0.87, true],
    [atMost, 0.88, false],
    [atLeast, 1.5, false],
    [atLeast, 1.6, true],
    [undefined, 99, null],
  ])('%j holds %d: %s', (bound, value, met) => {
    const naming = { name: 'x', ...(bound ? { bound } : {}) };
    expect(isMet(ratio(naming, { label: 'a', times: [value] }, { label: 'b', times: [1] }))).toBe(met);
    expect(isMet(figure(naming, 'ms', [value]))).toBe(met);
  });

  test('survive JSON, and stand in the table with bound and verdict', async () => {
    const compared = await compare(
      { name: 'predictions', bound: atMost, note: 'one picture' },
      { label: 'ours', time: async () => 80 },
      { label: 'plain', time: async () => 100 },
      { warmUp: 0, counted: 3 },
    );
    const findings = [compared, figure({ name: 'graph' }, 'ms', [50])];
    const measured: MeasuredLine = { line: 'graph', title: 'Graph', setting: '1 thread', findings, failure: null };
    const report = {
      date: new Date(0).toISOString(),
      mode: 'short',
      machine: { cpu: 'a', cores: 2, platform: 'linux x64', node: '22.0.0' },
      lines: [measured],
    };
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    const text = table(measured);
    expect(text).toMatch(/^Graph \(1 thread\)\n/);
    expect(text).toMatch(/predictions +ours 80 ms +plain 100 ms +0\.800 \[0\.8, 0\.8\] n=3 +≤ 0\.87 \(bar\) +met\n/);
    expect(text).toMatch(/\n {2}graph +50 ms\n/);
    expect(text).toMatch(/\n {2}predictions: one picture$/);
  });

  test('a line that failed says why', () => {
    const measured = { line: 'x', title: 'X', setting: '', findings: [], failure: 'no Chromium' };
    expect(table(measured)).toBe('X\n  could not be measured: no Chromium');
  });

  test('a number that is none is refused', () => {
    expect(findingSchema.safeParse(figure({ name: 'x' }, 'ms', [Number.NaN])).success).toBe(false);
  });
});

describe('the lines', () => {
  test.each(Object.entries(LINES))('%s has a title and settings that differ', async (_, load) => {
    const { title, settings, fullOnly = [] } = await load();
    expect(title).not.toBe('');
    expect(settings.length).toBeGreaterThan(0);
    expect(new Set(settings).size).toBe(settings.length);
    // Something is left for the short mode.
    expect(settings.filter((setting) => !fullOnly.includes(setting))).not.toEqual([]);
    expect(settings).toEqual(expect.arrayContaining([...fullOnly]));
  });
});
