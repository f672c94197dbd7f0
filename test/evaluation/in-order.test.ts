import { describe, expect, test } from 'vitest';
import { Rate } from '../../models/evaluation/rate.ts';
import { inOrder } from '../../models/in-order.ts';

describe('work ahead', () => {
  /** Ends each piece of work when told to. */
  function workshop() {
    const begun: number[] = [];
    const enders = new Map<number, () => void>();
    const work = (item: number) => {
      begun.push(item);
      return new Promise<number>((resolve) => enders.set(item, () => resolve(item * 10)));
    };
    return { begun, work, end: (item: number) => enders.get(item)?.() };
  }

  test('begins so many and no more, and gives results in order', async () => {
    const { begun, work, end } = workshop();
    const results = inOrder([1, 2, 3, 4], 3, work);
    const first = results.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([1, 2, 3]);
    end(3);
    end(2);
    end(1);
    expect(await first).toEqual({ done: false, value: 10 });
    const second = await results.next();
    expect([second.value, begun]).toEqual([20, [1, 2, 3, 4]]);
    end(4);
    const rest: number[] = [];
    for await (const result of results) rest.push(result);
    expect(rest).toEqual([30, 40]);
  });

  test('fails where a piece of work fails, once it is its turn, and waits for what is begun', async () => {
    let ended = 0;
    const results = inOrder([1, 2, 3], 3, async (item) => {
      await new Promise((resolve) => setTimeout(resolve, item));
      ended++;
      if (item > 1) throw new Error(`item ${item}`);
      return item;
    });
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const result of results) seen.push(result);
      })(),
    ).rejects.toThrow('item 2');
    expect([seen, ended]).toEqual([[1], 3]);
  });
});

describe('a rate', () => {
  test('is that of the last minute', () => {
    const rate = new Rate(0, 100);
    expect([rate.perSecond, rate.secondsLeft(1000)]).toEqual([null, null]);
    for (let second = 1; second <= 120; second++) rate.update(second * 1000, 100 + second * 10);
    expect(rate.perSecond).toBeCloseTo(10, 5);
    expect(rate.secondsLeft(1400)).toBeCloseTo(10, 5);
    for (let second = 121; second <= 240; second++) rate.update(second * 1000, 1300 + (second - 120) * 2);
    expect(rate.perSecond).toBeCloseTo(2, 5);
  });

  test('follows updates that come many times a second', () => {
    const rate = new Rate(0, 0);
    for (let tick = 1; tick <= 2000; tick++) rate.update(tick * 50, tick);
    expect(rate.perSecond).toBeCloseTo(20, 5);
    for (let tick = 1; tick <= 1600; tick++) rate.update(100_000 + tick * 50, 2000 + tick * 3);
    expect(rate.perSecond).toBeCloseTo(60, 5);
  });
});
