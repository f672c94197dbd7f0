import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeviceReport } from '../../renderer/engine/protocol.ts';
import { EngineSupervisor } from '../../renderer/engine/supervisor.ts';
import { GRACE_MS } from '../../renderer/engine/watchdog.ts';
import { HEARTBEAT_MS } from '../../renderer/engine/worker-protocol.ts';
import { FakeWorker, Listening, modelRef, pictureRef, WASM, WEBGPU } from './fakes.ts';

const HOUR = 3_600_000;
/** Longer than any wait before a restart, shorter than what a start may take. */
const BACKOFF = 15_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function engine() {
  const workers: FakeWorker[] = [];
  const supervisor = new EngineSupervisor(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
  const join = () => {
    const client = new Listening();
    supervisor.accept(client.port);
    return client;
  };
  const worker = () => workers.at(-1)!;
  const ready = (device: DeviceReport = WASM) => worker().say({ type: 'ready', device });
  /** Lets time pass until another Worker is spawned. */
  const untilReplaced = () => {
    const before = workers.length;
    for (let ms = 0; ms < HOUR && workers.length === before; ms += 1000) vi.advanceTimersByTime(1000);
    expect(workers).toHaveLength(before + 1);
  };
  return { workers, supervisor, join, worker, ready, untilReplaced };
}

const prepare = (id: number, model = 'a') => ({ type: 'request', id, call: 'prepare', argument: modelRef(model) });
const analyze = (id: number, name = 'cat.png') => ({
  type: 'request',
  id,
  call: 'analyze',
  argument: { model: modelRef('a'), picture: pictureRef(name) },
});
const row = (id: number) => ({
  type: 'request',
  id,
  call: 'row',
  argument: { runId: 'run', stage: 0, block: 0, head: null, query: 0 },
});
const column = (id: number) => ({
  type: 'request',
  id,
  call: 'column',
  argument: { runId: 'run', stage: 0, block: 0, head: null, key: 0 },
});
const statistics = (id: number) => ({
  type: 'request',
  id,
  call: 'statistics',
  argument: { runId: 'run', stage: 0 },
});
const attribution = (id: number) => ({
  type: 'request',
  id,
  call: 'attribution',
  argument: { runId: 'run', classes: [1, 2] },
});
const configure = (id: number, preference: string) => ({
  type: 'request',
  id,
  call: 'configure',
  argument: { preference, threads: null },
});

const answerLast = (worker: FakeWorker, value: object = {}) =>
  worker.say({ type: 'answer', id: worker.last.id, answer: value as Float32Array });
const running = (worker: FakeWorker, multiplyAdds: number) =>
  worker.say({ type: 'progress', id: worker.last.id, progress: { phase: 'running' }, multiplyAdds });

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
