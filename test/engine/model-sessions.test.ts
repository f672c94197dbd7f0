import * as ort from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { ModelSessions } from '../../renderer/engine/worker/model-sessions.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { PrecisionGate } from '../../renderer/engine/worker/precision-gate.ts';

import { tinyModel } from './tiny-model.ts';

ort.env.wasm.numThreads = 1;

const CPU = { provider: 'wasm', adapter: null, precisions: ['fp32', 'int8'] } as const;
const TASK = { signal: new AbortController().signal, progress: () => {} };

/** onnxruntime that writes down which session it releases, by the order in which they were made. */
function recording(events: string[]): typeof ort {
  let made = 0;
  const create = async (...args: Parameters<typeof ort.InferenceSession.create>) => {
    const session = await ort.InferenceSession.create(...args);
    const release = session.release.bind(session);
    const index = made++;
    session.release = () => {
      events.push(`release ${index}`);
      return release();
    };
    return session;
  };
  return { ...ort, InferenceSession: { create } } as typeof ort;
}

it('takes the taps of a network off it before the network makes room', async () => {
  const events: string[] = [];
  const bench = { ort: recording(events), gpu: null, mutex: new Mutex() };
  const networks: unknown[] = [];
  const taps = {
    detach: async (network: unknown) => {
      events.push(`detach ${networks.indexOf(network)}`);
    },
  };
  const sessions = new ModelSessions(bench, taps, false, new PrecisionGate(bench, CPU), null);
  for (const side of [32, 48, 64, 80]) networks.push((await sessions.load(tinyModel('tiny', side), TASK)).network);
  expect(events).toEqual(['detach 0', 'release 0', 'detach 1', 'release 1']);
});
