import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WEBGPU } from '../fakes.ts';
import { analyze, answerLast, engine, prepare, row, running } from './bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('cancelling', () => {
  it('removes a queued request before the Worker hears of it', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(prepare(1));
    client.say(prepare(2));
    ready();
    client.say({ type: 'cancel', id: 2 });
    expect(client.about(2).at(-1)).toBe('cancelled');
    answerLast(worker());
    expect(worker().requests).toHaveLength(1);
  });

  it('answers a running one at once and drops what the Worker still says', () => {
    const { join, worker, ready, workers } = engine();
    const client = join();
    client.say(prepare(1));
    ready();
    client.say(prepare(2));
    client.say({ type: 'cancel', id: 1 });
    expect(client.about(1).at(-1)).toBe('cancelled');
    expect(worker().received.at(-1)).toEqual({ type: 'cancel', id: worker().last.id });
    // Until the Worker is done with it, nothing else may run.
    expect(worker().requests).toHaveLength(1);
    answerLast(worker());
    expect(client.about(1).at(-1)).toBe('cancelled');
    expect(worker().requests).toHaveLength(2);
    expect(workers).toHaveLength(1);
  });

  it('ends the Worker where a restart is sooner than the end of the run', () => {
    const { join, workers, worker, ready } = engine();
    const client = join();
    client.say(analyze(1));
    vi.advanceTimersByTime(500);
    ready();
    running(worker(), 1e9);
    vi.advanceTimersByTime(20_000);
    answerLast(worker());
    client.say(analyze(2));
    running(worker(), 1e9);
    client.say(row(3));
    client.say(prepare(4));
    client.say({ type: 'cancel', id: 2 });
    expect(workers).toHaveLength(2);
    expect(workers[0]!.terminated).toBe(true);
    expect(client.about(3)).toEqual(['taps-released']);
    ready();
    answerLast(worker());
    expect(client.about(2).at(-1)).toBe('cancelled');
    expect(client.about(4).at(-1)).toBe('answer');
  });

  it('lets a run end whose rest is shorter than a restart', () => {
    const { join, workers, worker, ready } = engine();
    const client = join();
    client.say(analyze(1));
    vi.advanceTimersByTime(500);
    ready();
    running(worker(), 1e9);
    vi.advanceTimersByTime(20_000);
    answerLast(worker());
    client.say(analyze(2));
    running(worker(), 1e9);
    vi.advanceTimersByTime(19_000);
    client.say({ type: 'cancel', id: 2 });
    expect(workers).toHaveLength(1);
  });

  it('lets a run on WebGPU end: what a GPU was given cannot be taken back', () => {
    const { join, workers, worker, ready } = engine();
    const client = join();
    client.say(analyze(1));
    ready(WEBGPU);
    running(worker(), 1e9);
    vi.advanceTimersByTime(15_000);
    answerLast(worker());
    client.say(analyze(2));
    running(worker(), 1e9);
    client.say({ type: 'cancel', id: 2 });
    expect(client.about(2).at(-1)).toBe('cancelled');
    expect(workers).toHaveLength(1);
  });

  it.each(['close message', 'closed port'])('withdraws everything of a client that leaves by %s', (way) => {
    const { join, worker, ready } = engine();
    const leaving = join();
    const staying = join();
    leaving.say(prepare(1));
    leaving.say(prepare(2));
    staying.say(prepare(1));
    ready();
    if (way === 'close message') leaving.say({ type: 'close' });
    else leaving.hangUp();
    worker().say({
      type: 'error',
      id: worker().last.id,
      error: { name: 'CancelledError', code: 'cancelled', message: '' },
    });
    expect(worker().requests).toHaveLength(2);
    answerLast(worker());
    expect(staying.about(1).at(-1)).toBe('answer');
  });
});
