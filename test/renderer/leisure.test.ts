import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Leisure } from '../../renderer/pipeline/leisure.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('turns are taken one at a time and in the order in which they were asked for, each asked for once', () => {
  const leisure = new Leisure();
  const taken: string[] = [];
  const [a, b] = ['a', 'b'].map((name) => () => void taken.push(name)) as [() => void, () => void];
  for (const turn of [a, b, a, b]) leisure.take(turn);
  expect(taken).toEqual([]);
  vi.advanceTimersToNextTimer();
  expect(taken).toEqual(['a']);
  // Behind b, which waits already.
  leisure.take(a);
  vi.advanceTimersToNextTimer();
  expect(taken).toEqual(['a', 'b']);
  vi.runAllTimers();
  expect(taken).toEqual(['a', 'b', 'a']);
});

test('who leaves has no turn and holds nobody up; a later one waits its time again', () => {
  const leisure = new Leisure();
  const left = vi.fn();
  const stays = vi.fn();
  leisure.take(left);
  leisure.take(stays);
  leisure.leave(left);
  vi.advanceTimersToNextTimer();
  expect(left).not.toHaveBeenCalled();
  expect(stays).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
  leisure.take(stays);
  expect(stays).toHaveBeenCalledOnce();
  vi.advanceTimersToNextTimer();
  expect(stays).toHaveBeenCalledTimes(2);
});
