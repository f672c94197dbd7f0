import { expect, test } from 'vitest';
import { alone } from '../../electron/bootstrap/lock.mjs';

test('two at once go one after the other, a failure in between or not', async () => {
  const events: string[] = [];
  const work = (name: string, fail = false) =>
    alone(async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push(`${name} ends`);
      if (fail) throw new Error(name);
    });
  const [first] = await Promise.allSettled([work('a', true), work('b'), work('c')]);
  expect(first.status).toBe('rejected');
  expect(events).toHaveLength(6);
  for (const pair of [0, 2, 4]) {
    const name = events[pair]!.split(' ')[0];
    expect(events.slice(pair, pair + 2)).toEqual([`${name} begins`, `${name} ends`]);
  }
});
