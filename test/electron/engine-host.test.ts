import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  BACKOFF_MS,
  EngineHost,
  FAILED_PAUSE_MS,
  LOAD_LIMIT_MS,
  STABLE_MS,
  UNRESPONSIVE_GRACE_MS,
} from '../../electron/engine/engine-host.ts';
import { FREE_POLICY } from '../../renderer/engine/engine-policy.ts';
import { modelRef, WASM } from '../engine/fakes.ts';
import { FakeEngineWindow, type FakeHostPort, FakeUi, fakeHostChannel, settled } from './engine-fakes.ts';

let windows: FakeEngineWindow[];
let host: EngineHost<FakeHostPort>;
let uis: FakeUi[];

const window = (): FakeEngineWindow => windows.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  windows = [];
  uis = [];
  const createWindow = () => {
    const made = new FakeEngineWindow();
    windows.push(made);
    return made;
  };
  host = new EngineHost({ createWindow, createChannel: fakeHostChannel }, FREE_POLICY);
});

afterEach(() => {
  host.stop();
  for (const ui of uis) ui.client.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function connected(): FakeUi {
  const ui = new FakeUi();
  uis.push(ui);
  host.connect(ui);
  return ui;
}

/** Has the newest engine's Worker come up and answer the request that it was given. */
function answerLast(answer: object): void {
  const { worker } = window();
  worker.say({ type: 'ready', device: WASM });
  worker.say({ type: 'answer', id: worker.last.id, answer: answer as never });
}

async function crashUntilFailed(): Promise<void> {
  for (const wait of BACKOFF_MS) {
    window().crash('crashed');
    await vi.advanceTimersByTimeAsync(wait);
  }
  window().crash('crashed for good');
}

describe('a well engine', () => {
  test('one window serves all UI windows', async () => {
    host.start();
    await window().loaded();
    const [first, second] = [connected(), connected()];
    expect(windows).toHaveLength(1);
    const answer = first.client.call('prepare', modelRef('a'));
    answerLast({ id: 'a' });
    await expect(answer).resolves.toEqual({ id: 'a' });
    expect(second.states.at(-1)).toBe('ready');
    expect(host.phase).toBe('running');
  });

  test('what a UI window asks before the engine has loaded waits for it', async () => {
    const ui = connected();
    expect(ui.states).toEqual(['starting', 'starting']);
    const answer = ui.client.call('prepare', modelRef('a'));
    await window().loaded();
    answerLast({ id: 'a' });
    await expect(answer).resolves.toEqual({ id: 'a' });
    expect(ui.given).toBe(1);
  });

  test('a reloaded page gets a port of its own and the old one ends', async () => {
    const ui = connected();
    await window().loaded();
    host.connect(ui);
    expect(ui.given).toBe(2);
    const answer = ui.client.call('prepare', modelRef('a'));
    answerLast({ id: 'a' });
    await expect(answer).resolves.toEqual({ id: 'a' });
  });

  test('starting twice is starting once', () => {
    host.start();
    host.start();
    expect(windows).toHaveLength(1);
  });
});

describe('an engine that dies', () => {
  test('is started again, and what was in flight is asked again without the client noticing more than a wait', async () => {
    const ui = connected();
    await window().loaded();
    const answer = ui.client.call('prepare', modelRef('a'));
    window().worker.say({ type: 'ready', device: WASM });
    expect(window().worker.requests).toHaveLength(1);

    window().crash('oom, code 5');
    expect(windows[0]?.destroyed).toBe(true);
    expect(host.phase).toBe('waiting');
    expect(ui.states.at(-1)).toBe('restarting');
    expect(windows).toHaveLength(1);

    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0]);
    expect(windows).toHaveLength(2);
    await window().loaded();
    answerLast({ id: 'a, from the second engine' });
    await expect(answer).resolves.toEqual({ id: 'a, from the second engine' });
  });

  test('dying while it loads keeps the requests in their channel', async () => {
    const ui = connected();
    const answer = ui.client.call('prepare', modelRef('a'));
    await window().failToLoad('ERR_FAILED');
    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0]);
    await window().loaded();
    answerLast({ id: 'a' });
    await expect(answer).resolves.toEqual({ id: 'a' });
    expect(ui.given).toBe(1);
  });

  test('a window that connects while the host waits is served by the next engine', async () => {
    host.start();
    window().crash('crashed');
    const ui = connected();
    expect(ui.states.at(-1)).toBe('restarting');
    expect(windows).toHaveLength(1);
    const answer = ui.client.call('prepare', modelRef('a'));
    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0]);
    await window().loaded();
    answerLast({ id: 'a' });
    await expect(answer).resolves.toEqual({ id: 'a' });
  });

  test('the waits grow, one by one', async () => {
    host.start();
    for (const [index, wait] of BACKOFF_MS.entries()) {
      window().crash('crashed');
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(windows).toHaveLength(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(windows).toHaveLength(index + 2);
    }
  });

  test('a long well life begins a new series', async () => {
    host.start();
    for (let round = 0; round < 2 * BACKOFF_MS.length; round++) {
      await window().loaded();
      await vi.advanceTimersByTimeAsync(STABLE_MS);
      window().crash('crashed');
      await vi.advanceTimersByTimeAsync(BACKOFF_MS[0]);
      expect(windows).toHaveLength(round + 2);
    }
  });

  test('the late death of a window that was replaced does not count', async () => {
    host.start();
    window().crash('crashed');
    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0]);
    await window().loaded();
    windows[0]?.crash('crashed again');
    expect(host.phase).toBe('running');
  });

  test('a page that never loads is replaced', async () => {
    host.start();
    await vi.advanceTimersByTimeAsync(LOAD_LIMIT_MS);
    expect(windows[0]?.destroyed).toBe(true);
    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0]);
    expect(windows).toHaveLength(2);
  });

  test('a page that stops responding is replaced, one that comes back is not', async () => {
    host.start();
    await window().loaded();
    window().respond(false);
    await vi.advanceTimersByTimeAsync(UNRESPONSIVE_GRACE_MS - 1);
    window().respond(true);
    await vi.advanceTimersByTimeAsync(UNRESPONSIVE_GRACE_MS);
    expect(host.phase).toBe('running');
    window().respond(false);
    await vi.advanceTimersByTimeAsync(UNRESPONSIVE_GRACE_MS);
    expect(host.phase).toBe('waiting');
  });
});

describe('an engine that dies again and again', () => {
  test('is given up, and what is in flight ends with an error that names the way out', async () => {
    const ui = connected();
    const answer = ui.client.call('prepare', modelRef('a'));
    const failure = expect(answer).rejects.toMatchObject({
      code: 'engine-crashed',
      message: expect.stringMatching(/crashed for good.*Reload the window/),
    });
    await crashUntilFailed();
    await failure;
    expect(host.phase).toBe('failed');
    expect(ui.states.at(-1)).toBe('failed');
    await vi.advanceTimersByTimeAsync(FAILED_PAUSE_MS);
    expect(host.phase).toBe('failed');
    expect(ui.states.at(-1)).toBe('failed');
  });

  test('the next request tries once more, and well it may be', async () => {
    const ui = connected();
    await crashUntilFailed();
    await vi.advanceTimersByTimeAsync(FAILED_PAUSE_MS);
    const count = windows.length;
    const answer = ui.client.call('prepare', modelRef('a'));
    expect(windows).toHaveLength(count + 1);
    await window().loaded();
    answerLast({ id: 'a' });
    await expect(answer).resolves.toEqual({ id: 'a' });
    expect(host.phase).toBe('running');
  });

  test('that one try is no series', async () => {
    const ui = connected();
    await crashUntilFailed();
    await vi.advanceTimersByTimeAsync(FAILED_PAUSE_MS);
    const answer = ui.client.call('prepare', modelRef('a'));
    const failure = expect(answer).rejects.toMatchObject({ code: 'engine-crashed' });
    window().crash('crashed');
    await failure;
    expect(host.phase).toBe('failed');
  });

  test('a request during the pause ends like those in flight, and counts as the wish to try again', async () => {
    const ui = connected();
    await crashUntilFailed();
    const failure = expect(ui.client.call('prepare', modelRef('a'))).rejects.toMatchObject({ code: 'engine-crashed' });
    await vi.advanceTimersByTimeAsync(FAILED_PAUSE_MS);
    await failure;
    await window().loaded();
    expect(host.phase).toBe('running');
  });

  test('so does a page that is loaded again', async () => {
    const ui = connected();
    await crashUntilFailed();
    const count = windows.length;
    host.connect(ui);
    expect(windows).toHaveLength(count + 1);
    await window().loaded();
    expect(host.phase).toBe('running');
  });

  test('a window that is closed is no request', async () => {
    const ui = connected();
    await crashUntilFailed();
    await vi.advanceTimersByTimeAsync(FAILED_PAUSE_MS);
    const count = windows.length;
    host.disconnect(ui);
    expect(windows).toHaveLength(count);
    expect(host.phase).toBe('failed');
  });
});

describe('the device policy', () => {
  const AVOID = { preference: 'auto', avoidWebgpu: 'The GPU process ended 3 times.' } as const;

  test('reaches the engine when it starts', () => {
    host.setPolicy({ preference: 'wasm', avoidWebgpu: null });
    host.start();
    expect(window().policy).toEqual({ preference: 'wasm', avoidWebgpu: null });
  });

  test('losing WebGPU replaces the running engine at once, and the request goes on', async () => {
    const ui = connected();
    await window().loaded();
    const answer = ui.client.call('prepare', modelRef('a'));
    host.setPolicy(AVOID);
    expect(windows).toHaveLength(2);
    expect(windows[0]?.destroyed).toBe(true);
    expect(window().policy).toEqual(AVOID);
    await window().loaded();
    answerLast({ id: 'a' });
    await expect(answer).resolves.toEqual({ id: 'a' });
  });

  test('getting WebGPU back replaces the running engine too', async () => {
    host.setPolicy(AVOID);
    connected();
    await window().loaded();
    host.setPolicy({ ...AVOID, avoidWebgpu: null });
    expect(windows).toHaveLength(2);
    expect(windows[0]?.destroyed).toBe(true);
    expect(window().policy?.avoidWebgpu).toBeNull();
  });

  test('another preference waits for the next start: the running engine is told by its client', async () => {
    host.start();
    await window().loaded();
    host.setPolicy({ preference: 'wasm', avoidWebgpu: null });
    expect(windows).toHaveLength(1);
    window().crash('crashed');
    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0]);
    expect(window().policy?.preference).toBe('wasm');
  });

  test('a policy that is given while the host waits starts nothing early', async () => {
    host.start();
    window().crash('crashed');
    host.setPolicy(AVOID);
    expect(windows).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0]);
    expect(window().policy).toEqual(AVOID);
  });
});

test('after stop nothing is left running', async () => {
  const ui = connected();
  await window().loaded();
  host.stop();
  expect(windows[0]?.destroyed).toBe(true);
  await settled();
  await vi.advanceTimersByTimeAsync(LOAD_LIMIT_MS + STABLE_MS);
  expect(windows).toHaveLength(1);
  expect(ui.given).toBe(1);
});
