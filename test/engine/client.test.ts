import { describe, expect, it } from 'vitest';
import { EngineClient } from '../../renderer/engine/client.ts';
import type { EnginePort, EngineProgress, EngineState, ToEngine } from '../../renderer/engine/protocol.ts';
import { type FakePort, fakeChannel, modelRef, WASM } from './fakes.ts';

/** A client, and for every connection what the engine's end hears. */
function connected() {
  let give: (port: EnginePort) => void = () => {};
  let disconnected = false;
  const client = new EngineClient((onPort) => {
    give = onPort;
    return () => {
      disconnected = true;
    };
  });
  const connect = () => {
    const [near, far] = fakeChannel();
    const heard: ToEngine[] = [];
    far.addEventListener('message', (event) => heard.push(event.data));
    far.start();
    give(near);
    return { far, heard };
  };
  return { client, connect, isDisconnected: () => disconnected };
}

const answer = (port: FakePort, id: number, value: object) => port.postMessage({ type: 'answer', id, answer: value });

describe('EngineClient', () => {
  it('matches answers by id, whatever their order', async () => {
    const { client, connect } = connected();
    const { far, heard } = connect();
    const first = client.call('configure', { preference: 'auto', threads: null });
    const second = client.call('configure', { preference: 'wasm', threads: 2 });
    expect(heard.map((message) => message.type === 'request' && message.argument)).toEqual([
      { preference: 'auto', threads: null },
      { preference: 'wasm', threads: 2 },
    ]);
    answer(far, 2, { ...WASM, threads: 2 });
    answer(far, 1, { ...WASM, threads: 1 });
    expect((await first).threads).toBe(1);
    expect((await second).threads).toBe(2);
  });

  it('rebuilds the class and code of an error', async () => {
    const { client, connect } = connected();
    const { far } = connect();
    const call = client.call('prepare', modelRef('a'));
    far.postMessage({ type: 'error', id: 1, error: { name: 'ImageError', code: 'image-broken', message: 'x.png: …' } });
    await expect(call).rejects.toMatchObject({ name: 'ImageError', code: 'image-broken', message: 'x.png: …' });
  });

  it('forwards progress', async () => {
    const { client, connect } = connected();
    const { far } = connect();
    const seen: EngineProgress[] = [];
    const call = client.call('prepare', modelRef('a'), { onProgress: (progress) => seen.push(progress) });
    far.postMessage({ type: 'progress', id: 1, progress: { phase: 'reading', bytes: 3, total: null } });
    far.postMessage({ type: 'progress', id: 1, progress: { phase: 'no such phase' } });
    answer(far, 1, {});
    await call;
    expect(seen).toEqual([{ phase: 'reading', bytes: 3, total: null }]);
  });

  it('rejects at once when cancelled, tells the engine, and drops the late answer', async () => {
    const { client, connect } = connected();
    const { far, heard } = connect();
    const controller = new AbortController();
    const call = client.call('prepare', modelRef('a'), { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'CancelledError' });
    expect(heard.at(-1)).toEqual({ type: 'cancel', id: 1 });
    answer(far, 1, {});
    const next = client.call('configure', { preference: 'auto', threads: null });
    answer(far, 2, WASM);
    expect(await next).toEqual(WASM);
  });

  it('asks nothing for a signal that has fired already', async () => {
    const { client, connect } = connected();
    const { heard } = connect();
    const call = client.call('prepare', modelRef('a'), { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(heard).toEqual([]);
  });

  it('asks once there is a port, and again what is in flight on each new one', async () => {
    const { client, connect } = connected();
    const first = client.call('prepare', modelRef('a'));
    const second = client.call('prepare', modelRef('b'));
    const one = connect();
    expect(one.heard.map((message) => 'id' in message && message.id)).toEqual([1, 2]);
    answer(one.far, 1, { id: 'a' });
    await first;
    const two = connect();
    expect(one.heard.at(-1)).toEqual({ type: 'close' });
    expect(two.heard.map((message) => 'id' in message && message.id)).toEqual([2]);
    answer(two.far, 2, { id: 'b' });
    expect(await second).toEqual({ id: 'b' });
  });

  it('tells its listeners the state now and at every change, until they leave', () => {
    const { client, connect } = connected();
    const seen: EngineState['kind'][] = [];
    const leave = client.onState((state) => seen.push(state.kind));
    const { far } = connect();
    far.postMessage({ type: 'state', state: { kind: 'ready', device: WASM } });
    far.postMessage({ type: 'state', state: { kind: 'ready' } });
    connect();
    leave();
    far.postMessage({ type: 'state', state: { kind: 'starting' } });
    expect(seen).toEqual(['starting', 'ready', 'restarting']);
  });

  it('ends every call when closed', async () => {
    const { client, connect, isDisconnected } = connected();
    const { heard } = connect();
    const call = client.call('prepare', modelRef('a'));
    client.close();
    await expect(call).rejects.toMatchObject({ name: 'EngineError', code: 'engine-closed' });
    await expect(client.call('prepare', modelRef('b'))).rejects.toMatchObject({ code: 'engine-closed' });
    expect(heard.at(-1)).toEqual({ type: 'close' });
    expect(isDisconnected()).toBe(true);
  });
});
