import { MemorySource } from '../../../models/bytes/byte-source.ts';
import { openCvt } from '../../../models/cvt/open-cvt.ts';
import { type Activation, type OfficialSpec, parseSpec } from '../../../models/cvt/spec.ts';
import { toErrorMessage } from '../../../models/errors.ts';
import { preprocess } from '../../../models/image/preprocess.ts';
import type { Preprocessing } from '../../../models/image/preprocessing.ts';
import { buildCvtGraph } from '../../../models/onnx/build-cvt-graph.ts';
import type { EngineState, ModelRef, RowQuery } from '../../../renderer/engine/protocol.ts';
import { engineOf, startEngineInPage } from '../../../renderer/engine/start-engine.ts';
import { decodePicture } from '../../../renderer/engine/worker/decode-picture.ts';
import { chooseDevice } from '../../../renderer/engine/worker/device.ts';
import { Mutex } from '../../../renderer/engine/worker/mutex.ts';
import { type Bench, CHECKPOINT_PATH, Network, readBack } from '../../../renderer/engine/worker/network.ts';
import { loadRuntime } from '../../../renderer/engine/worker/runtime.ts';
import { formulaCheckpoint } from '../../golden/formula-checkpoint.ts';
import { formulaInput } from '../../golden/formula-weights.ts';

/** What the tests drive from Node. Everything that crosses is plain data; bytes are base64. */

export interface GoldenRequest {
  readonly spec: OfficialSpec;
  readonly seed: number;
  readonly numClasses: number;
  readonly height: number;
  readonly width: number;
  readonly activation: Activation;
}

/** A Blob cannot cross from Node. */
export type RemoteModel = Omit<ModelRef, 'weights'> & {
  readonly weights: { readonly kind: 'url'; readonly url: string };
};

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly name: string; readonly code: string; readonly message: string };

const supervisor = startEngineInPage();
const engine = engineOf(supervisor);
const states: EngineState[] = [];
engine.onState((state) => states.push(state));

const lens = {
  states: () => states,

  configure: (preference: 'auto' | 'webgpu' | 'wasm', threads: number | null = null) =>
    settle(engine.call('configure', { preference, threads })),

  prepare: (model: RemoteModel) =>
    settle(
      (async () => {
        const phases: string[] = [];
        const report = await engine.call('prepare', model, { onProgress: ({ phase }) => phases.push(phase) });
        return { report, phases };
      })(),
    ),

  /** @param cancelAt ends the call when this phase begins */
  analyze: (model: RemoteModel, name: string, base64: string, cancelAt: string | null = null) =>
    settle(
      (async () => {
        const controller = new AbortController();
        const answer = await engine.call(
          'analyze',
          { model, picture: { name, bytes: new Blob([fromBase64(base64)]) } },
          {
            signal: controller.signal,
            onProgress: ({ phase }) => {
              if (phase === cancelAt) controller.abort();
            },
          },
        );
        return {
          ...answer,
          logits: Array.from(answer.logits),
          probabilities: Array.from(answer.probabilities),
          received: answer.received.map((stage) => stage.map((map) => Array.from(map))),
        };
      })(),
    ),

  row: (query: RowQuery) => settle(engine.call('row', query).then((row) => Array.from(row))),

  /** The network's input before normalisation, [height, width, 3]. */
  pixels: (name: string, base64: string, preprocessing: Preprocessing) =>
    settle(
      (async () => {
        const picture = { name, bytes: new Blob([fromBase64(base64)]) };
        const { rgb, window } = preprocess(await decodePicture(picture, new AbortController().signal), preprocessing);
        return { base64: toBase64(rgb), window };
      })(),
    ),

  /** A golden case with every output, on WebGPU. */
  golden: (golden: GoldenRequest) => settle(runGolden(golden)),
};

export type LensUnderTest = typeof lens;
declare global {
  interface Window {
    lens: LensUnderTest;
  }
}
window.lens = lens;

let bench: Promise<Bench> | null = null;

async function openBench(): Promise<Bench> {
  const choice = await chooseDevice(
    { type: 'start', preference: 'webgpu', threads: null, avoidWebgpu: null },
    { gpu: navigator.gpu, cores: navigator.hardwareConcurrency, crossOriginIsolated },
  );
  const { ort } = await loadRuntime(true, choice.report.threads);
  return { ort, gpu: choice.gpu, mutex: new Mutex() };
}

async function runGolden({ spec, seed, numClasses, height, width, activation }: GoldenRequest) {
  bench ??= openBench();
  const bytes = formulaCheckpoint(parseSpec(spec, 'golden'), numClasses, seed);
  const source = new MemorySource('golden', bytes);
  const checkpoint = await openCvt(source, { spec: parseSpec(spec, 'golden'), activation });
  const graph = await buildCvtGraph(checkpoint, {
    height,
    width,
    batch: 1,
    outputs: { received: true, taps: true, attention: true },
    placement: { kind: 'external', path: CHECKPOINT_PATH },
  });
  const network = await Network.compile(await bench, graph, bytes, { height, width });
  const outputs = await network.run(formulaInput([1, 3, height, width], seed));
  const values: Record<string, number[]> = {};
  for (const [name, tensor] of outputs) values[name] = Array.from(await readBack(tensor, name));
  await network.discard(outputs);
  await network.release();
  return values;
}

async function settle<T>(promise: Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await promise };
  } catch (error) {
    return { ok: false, ...toErrorMessage(error) };
  }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
