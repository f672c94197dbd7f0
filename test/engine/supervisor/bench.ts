import { expect, vi } from 'vitest';
import type { DeviceReport } from '../../../renderer/engine/protocol.ts';
import { EngineSupervisor } from '../../../renderer/engine/supervisor.ts';
import { FakeWorker, Listening, modelRef, pictureRef, WASM } from '../fakes.ts';

export const HOUR = 3_600_000;
/** Longer than any wait before a restart, shorter than what a start may take. */
export const BACKOFF = 15_000;

/** A supervisor over fake Workers, and what a test does to it. It needs fake timers. */
export function engine() {
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

export const prepare = (id: number, model = 'a') => ({
  type: 'request',
  id,
  call: 'prepare',
  argument: modelRef(model),
});
export const analyze = (id: number, name = 'cat.png') => ({
  type: 'request',
  id,
  call: 'analyze',
  argument: { model: modelRef('a'), picture: pictureRef(name) },
});
export const row = (id: number) => ({
  type: 'request',
  id,
  call: 'row',
  argument: { runId: 'run', stage: 0, block: 0, head: null, query: 0 },
});
export const column = (id: number) => ({
  type: 'request',
  id,
  call: 'column',
  argument: { runId: 'run', stage: 0, block: 0, head: null, key: 0 },
});
export const statistics = (id: number) => ({
  type: 'request',
  id,
  call: 'statistics',
  argument: { runId: 'run', stage: 0 },
});
export const attribution = (id: number) => ({
  type: 'request',
  id,
  call: 'attribution',
  argument: { runId: 'run', classes: [1, 2] },
});
export const configure = (id: number, preference: string) => ({
  type: 'request',
  id,
  call: 'configure',
  argument: { preference, threads: null },
});

export const answerLast = (worker: FakeWorker, value: object = {}) =>
  worker.say({ type: 'answer', id: worker.last.id, answer: value as Float32Array });
export const running = (worker: FakeWorker, multiplyAdds: number) =>
  worker.say({ type: 'progress', id: worker.last.id, progress: { phase: 'running' }, multiplyAdds });
