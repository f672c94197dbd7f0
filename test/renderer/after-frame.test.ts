import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { afterFrame } from '../../renderer/pipeline/after-frame.ts';

let frames: (() => void)[] = [];

beforeEach(() => {
  frames = [];
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (next: () => void) => frames.push(next));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function waiting() {
  const over = vi.fn();
  void afterFrame().then(over);
  return over;
}

test('the next frame shows what was changed, the one after it comes after that', async () => {
  const over = waiting();
  for (const calls of [0, 1]) {
    frames.shift()!();
    await vi.advanceTimersByTimeAsync(0);
    expect(over).toHaveBeenCalledTimes(calls);
  }
});

test('a page that draws no frames does not wait for one', async () => {
  const over = waiting();
  await vi.advanceTimersByTimeAsync(100);
  expect(over).toHaveBeenCalledOnce();
});
