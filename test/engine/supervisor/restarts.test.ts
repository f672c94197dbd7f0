import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GRACE_MS } from '../../../renderer/engine/watchdog.ts';
import { HEARTBEAT_MS } from '../../../renderer/engine/worker-protocol.ts';
import { modelRef, pictureRef, WASM, WEBGPU } from '../fakes.ts';
import { analyze, answerLast, BACKOFF, configure, engine, HOUR, prepare, row, running } from './bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a Worker that dies', () => {
  it('is replaced and the request runs once more', () => {
    const { join, workers, worker, ready } = engine();
    const client = join();
    client.say(analyze(1));
    ready();
    worker().die('out of bounds');
    vi.advanceTimersByTime(0);
    expect(workers).toHaveLength(2);
    expect(workers[0]!.terminated).toBe(true);
    ready();
    expect(worker().last.call).toBe('analyze');
    answerLast(worker());
    expect(client.about(1).filter((word) => word === 'answer')).toHaveLength(1);
    expect(client.about(1)).toContain('restarting');
    expect(client.states).toEqual(['starting', 'starting', 'ready', 'restarting', 'restarting', 'ready']);
  });

  it('twice on one request gives that request up, and only that one', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(analyze(1, 'cursed.png'));
    client.say(analyze(2));
    for (let attempt = 0; attempt < 2; attempt++) {
      ready();
      worker().die('boom');
      vi.advanceTimersByTime(BACKOFF);
    }
    expect(client.about(1).at(-1)).toBe('engine-crashed');
    const error = client.heard.find((message) => message.type === 'error');
    expect(error).toMatchObject({ error: { message: expect.stringContaining('cursed.png') } });
    ready();
    answerLast(worker());
    expect(client.about(2).at(-1)).toBe('answer');
  });

  it('releases the rows it was asked for, and rows asked meanwhile', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(configure(1, 'auto'));
    ready();
    client.say(row(2));
    worker().die('boom');
    client.say(row(3));
    expect(client.about(2)).toEqual(['taps-released']);
    expect(client.about(3)).toEqual(['taps-released']);
  });

  it('does not let a dead Worker answer', () => {
    const { join, workers, worker, ready } = engine();
    const client = join();
    client.say(analyze(1));
    ready();
    const dead = worker();
    dead.die('boom');
    answerLast(dead);
    expect(client.about(1)).not.toContain('answer');
    vi.advanceTimersByTime(0);
    dead.say({ type: 'ready', device: WASM });
    expect(workers[1]!.requests).toHaveLength(0);
  });

  it('again and again at its start fails with the reason, and is tried once more for the next request', () => {
    const { join, workers, worker } = engine();
    const client = join();
    client.say(prepare(1));
    for (let start = 0; start < 8; start++) {
      worker().die('404');
      vi.advanceTimersByTime(BACKOFF);
    }
    const spawned = workers.length;
    expect(spawned).toBeLessThan(8);
    expect(client.about(1).at(-1)).toBe('engine-crashed');
    expect(client.states.at(-1)).toBe('failed');
    client.say(prepare(2));
    expect(workers).toHaveLength(spawned + 1);
    worker().say({ type: 'ready', device: WASM });
    answerLast(worker());
    expect(client.about(2).at(-1)).toBe('answer');
  });

  it('keeps the code of what it died of', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(analyze(1));
    for (let attempt = 0; attempt < 2; attempt++) {
      ready();
      worker().say({
        type: 'broken',
        error: { name: 'EngineError', code: 'engine-out-of-memory', message: 'Out of memory.' },
      });
      vi.advanceTimersByTime(BACKOFF);
    }
    expect(client.about(1).at(-1)).toBe('engine-out-of-memory');
  });
});

describe('a Worker that freezes', () => {
  it.each([
    ['WASM, blocked by its run', WASM],
    ['WebGPU', WEBGPU],
  ])('is replaced (%s)', (_, device) => {
    const { join, worker, ready, untilReplaced } = engine();
    const client = join();
    client.say(analyze(1));
    ready(device);
    running(worker(), 4.6e9);
    untilReplaced();
    ready(device);
    answerLast(worker());
    expect(client.about(1).at(-1)).toBe('answer');
  });

  it('is found by its silence before the deadline where its loop should turn', () => {
    const { join, workers, worker, ready } = engine();
    join().say(analyze(1));
    ready(WEBGPU);
    running(worker(), 200e9);
    for (let beat = 0; beat < 120; beat++) {
      vi.advanceTimersByTime(HEARTBEAT_MS);
      worker().say({ type: 'heartbeat' });
    }
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    expect(workers).toHaveLength(2);
  });

  it('is given the time that a silent WASM run of this size takes', () => {
    const { join, workers, worker, ready } = engine();
    join().say(analyze(1));
    ready(WASM);
    running(worker(), 194e9);
    vi.advanceTimersByTime(300_000);
    expect(workers).toHaveLength(1);
  });

  it('is given that time on the CPU beside a GPU too, where it blocks the loop', () => {
    const { join, workers, worker, ready } = engine();
    const onCpu = { model: { ...modelRef('a'), provider: 'wasm' }, picture: pictureRef('cat.png') };
    join().say({ type: 'request', id: 1, call: 'analyze', argument: onCpu });
    ready(WEBGPU);
    expect(worker().last.argument).toMatchObject({ model: { provider: 'wasm' } });
    running(worker(), 194e9);
    vi.advanceTimersByTime(300_000);
    expect(workers).toHaveLength(1);
  });

  it('is not taken for frozen when a machine that slept fires its timers', () => {
    const { join, workers, worker, ready } = engine();
    join().say(analyze(1));
    ready(WEBGPU);
    running(worker(), 200e9);
    vi.advanceTimersByTime(20_000);
    vi.advanceTimersByTime(GRACE_MS - 1);
    worker().say({ type: 'heartbeat' });
    vi.advanceTimersByTime(GRACE_MS);
    expect(workers).toHaveLength(1);
  });

  it('while reading a row is replaced', () => {
    const { join, ready, untilReplaced } = engine();
    const client = join();
    client.say(configure(1, 'auto'));
    ready();
    client.say(row(2));
    untilReplaced();
    expect(client.about(2)).toEqual(['taps-released']);
  });

  it('is left alone when it has nothing to do', () => {
    const { join, workers, worker, ready } = engine();
    const client = join();
    client.say(prepare(1));
    ready();
    answerLast(worker());
    vi.advanceTimersByTime(HOUR);
    expect(workers).toHaveLength(1);
  });
});
