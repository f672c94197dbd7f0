import * as ort from 'onnxruntime-web';
import { afterEach, expect, it, vi } from 'vitest';
import type { ModelRef } from '../../renderer/engine/protocol.ts';
import { ModelSessions } from '../../renderer/engine/worker/model-sessions.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { PrecisionGate } from '../../renderer/engine/worker/precision-gate.ts';
import { REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';
import { FakeServer } from './fake-server.ts';
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

afterEach(() => vi.unstubAllGlobals());

/** Sessions in a runtime that tells what becomes of them. */
function watched() {
  const events: string[] = [];
  const bench = { ort: recording(events), gpu: null, mutex: new Mutex() };
  const networks: unknown[] = [];
  const taps = {
    detach: async (network: unknown) => {
      events.push(`detach ${networks.indexOf(network)}`);
    },
  };
  return {
    networks,
    events,
    sessions: new ModelSessions(bench, taps, false, new PrecisionGate(bench, CPU), null),
  };
}

it('keeps six sizes of a small model', async () => {
  const { events, sessions } = watched();
  const sides = [32, 48, 64, 80, 96, 112];
  const made = [];
  for (const side of sides) made.push(await sessions.load(tinyModel('tiny', side), TASK));
  for (const [index, side] of sides.entries())
    expect(await sessions.load(tinyModel('tiny', side), TASK)).toBe(made[index]);
  expect(events).toEqual([]);
});

it('has a session for predictions and one for attention, which agree', async () => {
  const { sessions } = watched();
  const model = tinyModel('tiny', 64);
  const attention = await sessions.load(model, TASK);
  const predictions = await sessions.load(model, TASK, 'predictions');
  expect(predictions).not.toBe(attention);
  expect(await sessions.load(model, TASK, 'predictions')).toBe(predictions);
  const input = new Float32Array(3 * 64 * 64).map((_, index) => Math.sin(index));
  const [all, few] = [await attention.network.logits(input), await predictions.network.logits(input)];
  for (const [index, logit] of few.entries()) expect(logit).toBeCloseTo(all[index]!, 5);
});

it('looks for a model ahead of loading it, and asks its server no second time', async () => {
  const server = new FakeServer(formulaCheckpoint(REFERENCE_SPEC, 10, 1));
  const { sessions } = watched();
  const model: ModelRef = { ...tinyModel('tiny', 64), weights: { kind: 'url', url: server.url } };
  expect(await sessions.find(model, TASK)).toMatchObject({ known: null });
  const first = await sessions.load(model, TASK);
  const before = server.asked.length;
  const finding = sessions.find(model, TASK);
  expect(await sessions.load(model, TASK, 'attention', finding)).toBe(first);
  expect(server.asked.slice(before)).toEqual(['bytes=0-0']);
});

it('never answers from a session of a file that is another by now', async () => {
  const bytes = (seed: number) => formulaCheckpoint(REFERENCE_SPEC, 10, seed);
  const server = new FakeServer(bytes(1));
  const { events, networks, sessions } = watched();
  const model: ModelRef = { ...tinyModel('tiny', 64), weights: { kind: 'url', url: server.url } };
  const input = new Float32Array(3 * 64 * 64).fill(0.5);
  const first = await sessions.load(model, TASK);
  networks.push(first.network);
  const before = await first.network.logits(input);
  expect(await sessions.load(model, TASK)).toBe(first);

  server.replace(bytes(2));
  const second = await sessions.load(model, TASK);
  // Its runs' taps are taken off it before it goes.
  expect(events).toEqual(['detach 0', 'release 0']);
  const after = await second.network.logits(input);
  expect(Math.max(...after.map((logit, index) => Math.abs(logit - before[index]!)))).toBeGreaterThan(1e-3);
});
