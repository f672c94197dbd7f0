import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineProgress } from '../../renderer/engine/protocol.ts';
import { lateProgress } from '../../renderer/pipeline/late-progress.ts';

let told: EngineProgress['phase'][];
const tell = ({ phase }: EngineProgress) => told.push(phase);

beforeEach(() => {
  told = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test('what is over soon is not told', () => {
  const progress = lateProgress(tell);
  progress.hear({ phase: 'decoding' });
  progress.hear({ phase: 'running' });
  vi.advanceTimersByTime(299);
  progress.end();
  vi.advanceTimersByTime(1000);
  expect(told).toEqual([]);
});

test('what lasts is told, the latest first, then every step', () => {
  const progress = lateProgress(tell);
  progress.hear({ phase: 'decoding' });
  progress.hear({ phase: 'preprocessing' });
  vi.advanceTimersByTime(300);
  expect(told).toEqual(['preprocessing']);
  progress.hear({ phase: 'running' });
  expect(told).toEqual(['preprocessing', 'running']);
});

test('nothing is told before there is progress', () => {
  const progress = lateProgress(tell);
  vi.advanceTimersByTime(500);
  expect(told).toEqual([]);
  progress.hear({ phase: 'decoding' });
  expect(told).toEqual(['decoding']);
});
