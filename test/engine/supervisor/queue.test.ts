import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WASM } from '../fakes.ts';
import { analyze, answerLast, configure, engine, prepare, row } from './bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the lane', () => {
  it('spawns nothing before it is asked, then starts with the preference', () => {
    const { workers, join } = engine();
    const client = join();
    expect(workers).toHaveLength(0);
    client.say(configure(1, 'wasm'));
    expect(workers[0]!.received).toEqual([{ type: 'start', preference: 'wasm', threads: null, avoidWebgpu: null }]);
    workers[0]!.say({ type: 'ready', device: WASM });
    expect(client.about(1)).toEqual(['answer']);
    expect(client.states).toEqual(['starting', 'starting', 'ready']);
  });

  it('gives the Worker one request at a time and tells the others their place', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(prepare(1));
    client.say(analyze(2));
    client.say(analyze(3));
    ready();
    expect(worker().requests).toHaveLength(1);
    answerLast(worker());
    expect(worker().last.call).toBe('analyze');
    expect(worker().requests).toHaveLength(2);
    answerLast(worker());
    answerLast(worker());
    expect(client.about(1)).toEqual(['starting', 'answer']);
    expect(client.about(2).at(-1)).toBe('answer');
    expect(client.about(3).at(-1)).toBe('answer');
    const ahead = client.heard.flatMap((message) =>
      message.type === 'progress' && message.id === 3 && message.progress.phase === 'queued'
        ? [message.progress.ahead]
        : [],
    );
    expect(ahead.at(0)).toBe(2);
    expect(ahead.at(-1)).toBe(1);
  });

  it('keeps two clients with the same ids apart', () => {
    const { join, worker, ready } = engine();
    const one = join();
    const two = join();
    one.say(prepare(1, 'one'));
    two.say(prepare(1, 'two'));
    ready();
    expect(worker().last.argument).toMatchObject({ id: 'one' });
    answerLast(worker());
    expect(one.about(1).at(-1)).toBe('answer');
    expect(two.about(1)).not.toContain('answer');
    answerLast(worker());
    expect(two.about(1).at(-1)).toBe('answer');
  });

  it('lets rows past a running request', () => {
    const { join, worker, ready } = engine();
    const client = join();
    client.say(prepare(1));
    ready();
    client.say(row(2));
    expect(worker().last.call).toBe('row');
    answerLast(worker(), new Float32Array([1]));
    expect(client.about(2)).toEqual(['answer']);
    expect(client.about(1)).not.toContain('answer');
  });

  it('refuses a malformed request by its id and ignores what is no message', () => {
    const { join, workers } = engine();
    const client = join();
    client.say({ type: 'request', id: 7, call: 'prepare', argument: { id: 'x' } });
    client.say('hello');
    client.say({ type: 'request', id: 8, call: 'format-disk', argument: {} });
    expect(client.about(7)).toEqual(['engine-bad-request']);
    expect(client.about(8)).toEqual(['engine-bad-request']);
    expect(workers).toHaveLength(0);
  });
});
