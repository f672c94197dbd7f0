import * as ort from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { preprocessingFor } from '../../models/image/preprocessing.ts';
import type { ModelRef } from '../../renderer/engine/protocol.ts';
import { ModelSessions } from '../../renderer/engine/worker/model-sessions.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';

ort.env.wasm.numThreads = 1;

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
  const sessions = new ModelSessions(bench, taps, false);
  const blob = new Blob([formulaCheckpoint(REFERENCE_SPEC, 10, 1)]);
  const sized = (side: number): ModelRef => ({
    id: 'tiny',
    title: 'Tiny',
    weights: { kind: 'blob', blob },
    spec: toOfficialSpec(REFERENCE_SPEC),
    activation: null,
    preprocessing: preprocessingFor({ rows: side, cols: side }),
  });
  for (const side of [32, 48, 64, 80]) networks.push((await sessions.load(sized(side), TASK)).network);
  expect(events).toEqual(['detach 0', 'release 0', 'detach 1', 'release 1']);
});
