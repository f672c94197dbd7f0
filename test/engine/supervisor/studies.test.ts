import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeWorker, modelRef, pictureRef } from '../fakes.ts';
import { analyze, answerLast, attribution, BACKOFF, column, configure, engine, statistics } from './bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('studies', () => {
  const studying = (worker: FakeWorker, done: number, multiplyAdds = 1e9) =>
    worker.say({
      type: 'progress',
      id: worker.last.id,
      progress: { phase: 'studying', done, total: 4 },
      multiplyAdds,
    });

  it('go ahead of a thousand waiting pictures, in their own order', () => {
    const { join, worker, ready } = engine();
    const client = join();
    for (let id = 1; id <= 1000; id++) client.say(analyze(id));
    ready();
    const other = join();
    other.say(statistics(1));
    other.say(attribution(2));
    expect(worker().requests).toHaveLength(1);
    expect(new Set(other.about(1))).toEqual(new Set(['queued']));
    answerLast(worker());
    expect(worker().last.call).toBe('statistics');
    studying(worker(), 1);
    answerLast(worker());
    expect(worker().last.call).toBe('attribution');
    answerLast(worker());
    expect(worker().last.call).toBe('analyze');
    expect(other.about(1).slice(-2)).toEqual(['studying', 'answer']);
    expect(other.about(2).at(-1)).toBe('answer');
  });

  it('are cancelled while they wait and while they run', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(configure(1, 'auto'));
    ready();
    client.say(statistics(2));
    client.say(attribution(3));
    client.say({ type: 'cancel', id: 3 });
    expect(client.about(3).at(-1)).toBe('cancelled');
    studying(worker(), 1);
    client.say({ type: 'cancel', id: 2 });
    expect(client.about(2).at(-1)).toBe('cancelled');
    expect(worker().received.at(-1)).toEqual({ type: 'cancel', id: worker().last.id });
    client.say(analyze(4));
    expect(worker().requests).toHaveLength(1);
    worker().say({
      type: 'error',
      id: worker().last.id,
      error: { name: 'CancelledError', code: 'cancelled', message: '' },
    });
    expect(worker().last.call).toBe('analyze');
    expect(client.about(2).filter((word) => word === 'cancelled')).toHaveLength(1);
  });

  it('end with the Worker that held their run, and are not asked of the next', () => {
    const { join, workers, worker, ready } = engine();
    const client = join();
    client.say(configure(1, 'auto'));
    ready();
    client.say(statistics(2));
    client.say(attribution(3));
    client.say(analyze(4));
    worker().die('out of bounds');
    client.say(statistics(5));
    for (const id of [2, 3, 5]) expect(client.about(id).at(-1)).toBe('taps-released');
    vi.advanceTimersByTime(BACKOFF);
    expect(workers).toHaveLength(2);
    ready();
    expect(worker().requests.map(({ call }) => call)).toEqual(['analyze']);
    answerLast(worker());
    expect(client.about(4).at(-1)).toBe('answer');
  });

  it('go with a device that is changed', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(configure(1, 'auto'));
    ready();
    client.say(statistics(2));
    client.say(configure(3, 'wasm'));
    expect(client.about(2).at(-1)).toBe('taps-released');
    ready();
    expect(worker().requests).toHaveLength(0);
  });

  it('are given the time that a step of theirs takes, from every step anew', () => {
    const { join, workers, worker, ready, untilReplaced } = engine();
    const client = join();
    client.say(configure(1, 'auto'));
    ready();
    client.say(statistics(2));
    for (let done = 0; done < 4; done++) {
      studying(worker(), done, 60e9);
      vi.advanceTimersByTime(200_000);
    }
    expect(workers).toHaveLength(1);
    untilReplaced();
    expect(client.about(2).at(-1)).toBe('taps-released');
  });

  it('that a pointer asks for may block the Worker as long as their step takes', () => {
    const { join, workers, worker, ready, untilReplaced } = engine();
    const client = join();
    client.say(configure(1, 'auto'));
    ready();
    client.say(column(2));
    studying(worker(), 0, 30e9);
    vi.advanceTimersByTime(100_000);
    expect(workers).toHaveLength(1);
    answerLast(worker(), new Float32Array([1]));
    expect(client.about(2)).toEqual(['answer']);
    client.say(column(3));
    studying(worker(), 0, 30e9);
    untilReplaced();
    expect(client.about(3)).toEqual(['taps-released']);
  });

  it('are refused where there is no such request', () => {
    const { join, workers } = engine();
    const client = join();
    const wrong = [
      { call: 'statistics', argument: { runId: 'run', stage: -1 } },
      { call: 'stageRows', argument: { runId: 'run', stage: 0 } },
      { call: 'column', argument: { runId: 'run', stage: 0, block: 0, head: 0.5, key: 0 } },
      { call: 'rollout', argument: { runId: 'run', start: { kind: 'token', stage: 1 }, spread: 'uniform' } },
      { call: 'rollout', argument: { runId: 'run', start: { kind: 'answer' }, spread: 'widely' } },
      { call: 'attribution', argument: { runId: 'run', classes: [] } },
      { call: 'projection', argument: { runId: '', stage: 0, block: 0 } },
      { call: 'faithfulness', argument: { model: modelRef('a'), picture: pictureRef('x.png'), plan: {} } },
    ];
    for (const [index, request] of wrong.entries()) client.say({ type: 'request', id: index + 10, ...request });
    for (const index of wrong.keys()) expect(client.about(index + 10)).toEqual(['engine-bad-request']);
    expect(workers).toHaveLength(0);
  });
});
