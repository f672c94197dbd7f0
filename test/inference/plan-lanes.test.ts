import { describe, expect, test } from 'vitest';
import { laneBytesOf, planLanes } from '../../electron/inference/lanes/plan-lanes.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';

const GB = 1e9;

describe('lanes', () => {
  test.each([
    ['are as many as cores', { cores: 8 }, { lanes: 8, threads: 1 }],
    ['are one on one core', { cores: 1 }, { lanes: 1, threads: 1 }],
    ['are one for one picture, with all threads', { cores: 4, runs: 1 }, { lanes: 1, threads: 4 }],
    ['are fewer for few pictures', { cores: 8, runs: 9 }, { lanes: 2, threads: 4 }],
    ['are one where a second has no room', { cores: 8, laneBytes: 3 * GB }, { lanes: 1, threads: 8 }],
    ['are one where not even that has room', { cores: 8, laneBytes: 9 * GB }, { lanes: 1, threads: 8 }],
    ['share cores where memory is short', { cores: 8, laneBytes: 1 * GB }, { lanes: 4, threads: 2 }],
    ['leave no core idle for a lane more', { cores: 8, laneBytes: 0.75 * GB }, { lanes: 4, threads: 2 }],
    ['have no more threads than are of use', { cores: 64, laneBytes: 3 * GB }, { lanes: 1, threads: 8 }],
    ['are what was asked for', { cores: 2, asked: 3, laneBytes: 3 * GB }, { lanes: 3, threads: 1 }],
    ['that were asked for have all cores', { cores: 8, asked: 2 }, { lanes: 2, threads: 4 }],
    ['are one where one was asked for', { cores: 8, asked: 1 }, { lanes: 1, threads: 8 }],
    ['are no more than there is to do', { cores: 8, asked: 6, runs: 3 }, { lanes: 3, threads: 2 }],
    ['are one for nothing at all', { cores: 8, runs: 0, asked: 4 }, { lanes: 1, threads: 8 }],
  ])('%s', (_, needs, plan) => {
    expect(planLanes({ asked: null, runs: 1000, laneBytes: 0.2 * GB, budgetBytes: 4 * GB, ...needs })).toEqual(plan);
  });

  test('take their weights, and the more the larger a batch is', () => {
    const bytes = (variant: 'cvt-13' | 'cvt-w24', batch: number) =>
      laneBytesOf({
        facts: {
          id: variant,
          labels: [],
          preprocessing: cropSquare(224),
          spec: VARIANTS[variant],
          activation: 'gelu',
          numClasses: 1000,
          precision: 'fp32',
        },
        shape: [batch, 3, 224, 224],
      });
    expect(bytes('cvt-13', 1)).toBeGreaterThan(80e6);
    expect(bytes('cvt-13', 1)).toBeLessThan(400e6);
    expect(bytes('cvt-13', 8)).toBeGreaterThan(2 * bytes('cvt-13', 1));
    expect(bytes('cvt-w24', 1)).toBeGreaterThan(1.1e9);
  });
});
