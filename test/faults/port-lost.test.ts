import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EngineClient, MOST_LOST_PORTS, NEW_PORT_WAIT_MS } from '../../renderer/engine/client.ts';
import { EngineSupervisor } from '../../renderer/engine/supervisor.ts';
import { type FakePort, FakeWorker, fakeChannel, modelRef, WASM } from '../engine/fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A client whose connection can be cut, over an engine that is well or, until `find`, not there at all. */
function connection(isThere = true) {
  const workers: FakeWorker[] = [];
  const supervisor = new EngineSupervisor(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
  const ports: FakePort[] = [];
  let isEngineThere = isThere;
  const client = new EngineClient((onPort) => {
    const [near, far] = fakeChannel();
    ports.push(far);
    const leave = isEngineThere ? supervisor.accept(far) : () => {};
    onPort(near);
    return leave;
  });
  const states: string[] = [];
  client.onState(({ kind }) => states.push(kind));
  return {
    client,
    states,
    ports,
    worker: () => workers.at(-1)!,
    cut: () => ports.at(-1)!.close(),
    find: () => {
      isEngineThere = true;
    },
  };
}

describe('a port that ends', () => {
  test('while a request is in flight is replaced, and the request is answered', async () => {
    const { client, states, ports, worker, cut } = connection();
    const answer = client.call('prepare', modelRef('a'));
    worker().say({ type: 'ready', device: WASM });
    cut();
    expect(states.at(-1)).toBe('restarting');
    vi.advanceTimersByTime(NEW_PORT_WAIT_MS);
    expect(ports).toHaveLength(2);
    expect(states.at(-1)).toBe('ready');
    // The supervisor has withdrawn what the lost port asked; whoever does not hear of it still gets the second answer.
    worker().say({ type: 'answer', id: worker().requests[0]!.id, answer: { id: 'stale' } as never });
    worker().say({ type: 'answer', id: worker().last.id, answer: { id: 'fresh' } as never });
    await expect(answer).resolves.toEqual({ id: 'fresh' });
  });

  test('with its engine is left to whoever starts the engine again', () => {
    const { states, ports, cut } = connection();
    cut();
    vi.advanceTimersByTime(NEW_PORT_WAIT_MS - 1);
    expect(ports).toHaveLength(1);
    expect(states.at(-1)).toBe('restarting');
  });

  test('again and again ends what is in flight with the way out; the next request tries once more', async () => {
    const { client, states, ports, worker, cut, find } = connection(false);
    const lost = client.call('prepare', modelRef('a'));
    const refused = expect(lost).rejects.toMatchObject({
      code: 'engine-closed',
      message: expect.stringContaining('reload the window'),
    });
    for (let port = 0; port < MOST_LOST_PORTS; port++) {
      cut();
      vi.advanceTimersByTime(NEW_PORT_WAIT_MS);
    }
    await refused;
    expect(states.at(-1)).toBe('failed');
    expect(ports).toHaveLength(MOST_LOST_PORTS);
    vi.advanceTimersByTime(3_600_000);
    expect(ports).toHaveLength(MOST_LOST_PORTS);
    find();
    const answer = client.call('prepare', modelRef('a'));
    worker().say({ type: 'ready', device: WASM });
    worker().say({ type: 'answer', id: worker().last.id, answer: {} as never });
    await expect(answer).resolves.toEqual({});
    expect(states.at(-1)).toBe('ready');
  });

  test('of a client that was closed is not replaced', () => {
    const { client, ports, cut } = connection();
    cut();
    client.close();
    vi.advanceTimersByTime(3_600_000);
    expect(ports).toHaveLength(1);
  });
});
