import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WASM, WEBGPU } from '../fakes.ts';
import { analyze, answerLast, BACKOFF, configure, engine, HOUR, prepare } from './bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the device', () => {
  it('is changed by a restart that re-runs the request without counting against it', () => {
    const { join, workers, worker, ready } = engine();
    const client = join();
    client.say(analyze(1));
    ready();
    client.say(configure(2, 'wasm'));
    expect(workers).toHaveLength(2);
    expect(worker().received[0]).toMatchObject({ type: 'start', preference: 'wasm' });
    ready();
    expect(client.about(2)).toEqual(['answer']);
    worker().die('boom');
    vi.advanceTimersByTime(BACKOFF);
    ready();
    answerLast(worker());
    expect(client.about(1).at(-1)).toBe('answer');
  });

  it('stays where the same is asked for again', () => {
    const { join, workers, ready } = engine();
    const client = join();
    client.say(configure(1, 'auto'));
    ready();
    client.say(configure(2, 'auto'));
    expect(client.about(2)).toEqual(['answer']);
    expect(workers).toHaveLength(1);
  });

  it('is the CPU, with the reason, once WebGPU failed repeatedly', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(analyze(1));
    for (let attempt = 0; attempt < 2; attempt++) {
      ready(WEBGPU);
      worker().say({
        type: 'broken',
        error: { name: 'EngineError', code: 'engine-device-lost', message: 'The GPU was lost.' },
      });
      vi.advanceTimersByTime(BACKOFF);
    }
    expect(client.about(1).at(-1)).toBe('engine-device-lost');
    expect(worker().received[0]).toMatchObject({
      type: 'start',
      preference: 'auto',
      avoidWebgpu: expect.stringContaining('The GPU was lost.'),
    });
  });

  it('that was insisted on and is not there fails at once with its own code', () => {
    const { join, workers, worker } = engine();
    const client = join();
    client.say(configure(1, 'webgpu'));
    client.say(prepare(2));
    worker().say({
      type: 'broken',
      error: { name: 'EngineError', code: 'engine-no-webgpu', message: 'No WebGPU adapter.' },
    });
    vi.advanceTimersByTime(HOUR);
    expect(client.about(1)).toEqual(['engine-no-webgpu']);
    expect(client.about(2).at(-1)).toBe('engine-no-webgpu');
    expect(workers).toHaveLength(1);
    client.say(configure(3, 'auto'));
    worker().say({ type: 'ready', device: WASM });
    expect(client.about(3)).toEqual(['answer']);
  });
});
