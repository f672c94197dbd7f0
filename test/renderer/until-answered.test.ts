import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { untilAnswered } from '../../renderer/pipeline/until-answered.ts';
import { useImages } from '../../renderer/stores/images.ts';

let first = '';
let second = '';

beforeEach(() => {
  vi.useFakeTimers();
  const picture = (name: string) => ({ name, file: new Blob([name]) });
  const [one, two] = useImages.getState().add([picture('one.png'), picture('two.png')]);
  first = one!;
  second = two!;
  for (const id of [first, second]) useImages.getState().setStatus(id, { kind: 'queued' });
});
afterEach(() => {
  useImages.getState().remove([first, second]);
  vi.useRealTimers();
});

describe('a thumbnail waits for the answer', () => {
  const over = async (id: string) => {
    let isOver = false;
    void untilAnswered(id).then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    return () => isOver;
  };

  test.each(['classified', 'stopped'] as const)('of the picture in front, until it is %s', async (kind) => {
    const isOver = await over(first);
    expect(isOver()).toBe(false);
    useImages.getState().setStatus(first, { kind: 'running', progress: null });
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver()).toBe(false);
    useImages.getState().setStatus(first, { kind });
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver()).toBe(true);
  });

  test('of no other picture', async () => {
    expect((await over(second))()).toBe(true);
  });

  test('no longer once another is in front', async () => {
    const isOver = await over(first);
    useImages.getState().select(second);
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver()).toBe(true);
  });

  test('not for ever', async () => {
    const isOver = await over(first);
    await vi.advanceTimersByTimeAsync(799);
    expect(isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isOver()).toBe(true);
  });
});
