import type { FaithfulnessPlan } from '../../../models/attention/faithfulness.ts';
import type { HeadStatistics } from '../../../models/attention/head-statistics.ts';
import { MemorySource } from '../../../models/bytes/byte-source.ts';
import { CheckpointWeights } from '../../../models/cvt/checkpoint-weights.ts';
import { openCvt } from '../../../models/cvt/open-cvt.ts';
import { type Activation, type OfficialSpec, parseSpec } from '../../../models/cvt/spec.ts';
import { toErrorMessage } from '../../../models/errors.ts';
import { preprocess } from '../../../models/image/preprocess.ts';
import { type Preprocessing, preprocessingFor } from '../../../models/image/preprocessing.ts';
import { buildCvtGraph } from '../../../models/onnx/build-cvt-graph.ts';
import type { AttentionOutputs } from '../../../models/onnx/graph-context.ts';
import type { EngineCall, EngineCalls, EngineState, ModelRef, RowQuery } from '../../../renderer/engine/protocol.ts';
import { engineOf, startEngineInPage } from '../../../renderer/engine/start-engine.ts';
import { decodePicture } from '../../../renderer/engine/worker/decode-picture.ts';
import { chooseDevice } from '../../../renderer/engine/worker/device.ts';
import { Mutex } from '../../../renderer/engine/worker/mutex.ts';
import {
  type Bench,
  CHECKPOINT_PATH,
  values as floats,
  Network,
  readBack,
} from '../../../renderer/engine/worker/network.ts';
import { loadRuntime } from '../../../renderer/engine/worker/runtime.ts';
import { tapStore } from '../../../renderer/engine/worker/taps.ts';
import { convertedFiles } from '../../../renderer/storage/converted-files.ts';
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
  /** Splits attention; whole where it is left out. */
  readonly maxTensorBytes?: number;
}

/** A Blob cannot cross from Node. */
export type RemoteModel = Omit<ModelRef, 'weights'> & {
  readonly weights: { readonly kind: 'url'; readonly url: string };
};

/** Typed arrays cannot cross either. */
export type RemotePlan = Omit<FaithfulnessPlan, 'cells'> & { readonly cells: readonly number[] };

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly name: string; readonly code: string; readonly message: string };

const supervisor = startEngineInPage();
const engine = engineOf(supervisor);
const states: EngineState[] = [];
engine.onState((state) => states.push(state));

const converted = convertedFiles(navigator.storage);

async function* pieces(bytes: Uint8Array) {
  yield bytes;
}

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

  /** Converted weights that are kept, as the app's page sees them. */
  kept: () => settle(converted.list()),

  clearKept: (modelId: string | null) => settle(converted.clear(modelId)),

  /** Overwrites one byte of what is kept of a model. @param at from the end where negative */
  damageKept: (modelId: string, at: number) =>
    settle(
      (async () => {
        const [file] = (await converted.list()).filter((each) => each.modelId === modelId);
        const bytes = new Uint8Array(await (await converted.open(modelId, file!.name))!.arrayBuffer());
        bytes[at < 0 ? bytes.length + at : at]! ^= 0xff;
        await converted.write(modelId, file!.name, pieces(bytes));
      })(),
    ),

  /** Withdraws bringing a model up when this phase begins. */
  prepareUntil: (model: RemoteModel, phase: string) =>
    settle(
      (async () => {
        const controller = new AbortController();
        return engine.call('prepare', model, {
          signal: controller.signal,
          onProgress: (progress) => {
            if (progress.phase === phase) controller.abort();
          },
        });
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

  /** @param cancelAt ends the call when that many pictures are done */
  classify: (model: RemoteModel, files: readonly RemoteFile[], cancelAt: number | null = null) =>
    settle(
      (async () => {
        const controller = new AbortController();
        const steps: string[] = [];
        const pictures = files.map(({ name, base64 }) => ({ name, bytes: new Blob([fromBase64(base64)]) }));
        const answer = await engine.call(
          'classify',
          { model, pictures },
          {
            signal: controller.signal,
            onProgress: (progress) => {
              if (progress.phase !== 'studying') return;
              steps.push(`${progress.done}/${progress.total}`);
              if (progress.done === cancelAt) controller.abort();
            },
          },
        );
        return { answer: plain(answer) as Plain<EngineCalls['classify']['answer']>, steps };
      })(),
    ),

  row: (query: RowQuery) => settle(engine.call('row', query).then((row) => Array.from(row))),

  /**
   * A question about a run, its answer with arrays instead of typed ones.
   * @param cancelAt ends the call when that many steps are done
   */
  study: <Call extends StudyCall>(
    call: Call,
    argument: EngineCalls[Call]['argument'],
    cancelAt: number | null = null,
  ) =>
    settle(
      (async () => {
        const controller = new AbortController();
        const steps: string[] = [];
        const answer = await engine.call(call, argument, {
          signal: controller.signal,
          onProgress: (progress) => {
            if (progress.phase !== 'studying') return;
            steps.push(`${progress.done}/${progress.total}`);
            if (progress.done === cancelAt) controller.abort();
          },
        });
        return { answer: plain(answer) as Plain<EngineCalls[Call]['answer']>, steps };
      })(),
    ),

  /** @param cancelAt ends the call when that many runs are done */
  faithfulness: (
    model: RemoteModel,
    name: string,
    base64: string,
    { cells, ...plan }: RemotePlan,
    cancelAt: number | null = null,
  ) =>
    settle(
      (async () => {
        const controller = new AbortController();
        const steps: string[] = [];
        const picture = { name, bytes: new Blob([fromBase64(base64)]) };
        const argument = { model, picture, plan: { ...plan, cells: Float32Array.from(cells) } };
        const curves = await engine.call('faithfulness', argument, {
          signal: controller.signal,
          onProgress: (progress) => {
            if (progress.phase !== 'studying') return;
            steps.push(`${progress.done}/${progress.total}`);
            if (progress.done === cancelAt) controller.abort();
          },
        });
        return { curves, steps };
      })(),
    ),

  /** A network of formula weights, for the engine itself. */
  analyzeFormula: (
    { spec, seed, numClasses, height, width, activation }: GoldenRequest,
    name: string,
    base64: string,
  ) =>
    settle(
      (async () => {
        const bytes = formulaCheckpoint(parseSpec(spec, 'formula'), numClasses, seed);
        const model: ModelRef = {
          id: `formula-${JSON.stringify(spec)}`,
          title: 'Formula',
          weights: { kind: 'blob', blob: new Blob([bytes]) },
          spec,
          activation,
          preprocessing: preprocessingFor({ rows: height, cols: width }),
        };
        const picture = { name, bytes: new Blob([fromBase64(base64)]) };
        const answer = await engine.call('analyze', { model, picture });
        return plain(answer) as Plain<EngineCalls['analyze']['answer']>;
      })(),
    ),

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
  golden: (golden: GoldenRequest, withStudies: boolean) => settle(runGolden(golden, withStudies)),

  /** Its logits alone, on WebGPU. */
  goldenPredictions: (golden: GoldenRequest) => settle(predictGolden(golden)),
};

/** A file on its way from the test. */
export interface RemoteFile {
  readonly name: string;
  readonly base64: string;
}

/** What is asked about a run. */
export type StudyCall = Exclude<EngineCall, 'prepare' | 'analyze' | 'classify' | 'faithfulness' | 'configure'>;

/** Typed arrays as arrays: what survives the way to Node. */
export type Plain<T> = T extends Float32Array
  ? number[]
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;

function plain(value: unknown): unknown {
  if (value instanceof Float32Array) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

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

async function compileGolden(golden: GoldenRequest, wanted: Partial<AttentionOutputs>) {
  const { spec, seed, numClasses, height, width, activation, maxTensorBytes } = golden;
  bench ??= openBench();
  const bytes = formulaCheckpoint(parseSpec(spec, 'golden'), numClasses, seed);
  const source = new MemorySource('golden', bytes);
  const checkpoint = await openCvt(source, { spec: parseSpec(spec, 'golden'), activation });
  const graph = await buildCvtGraph(checkpoint, {
    height,
    width,
    batch: 1,
    outputs: wanted,
    placement: { kind: 'external', path: CHECKPOINT_PATH },
    ...(maxTensorBytes === undefined ? {} : { maxTensorBytes }),
  });
  const network = await Network.compile(await bench, graph, bytes, { height, width }, 'fp32');
  return { checkpoint, network, outputs: await network.run(formulaInput([1, 3, height, width], seed)) };
}

/** The logits of a graph for predictions alone. */
async function predictGolden(golden: GoldenRequest): Promise<number[]> {
  const { network, outputs } = await compileGolden(golden, {});
  const logits = Array.from(floats(outputs, 'logits'));
  await network.discard(outputs);
  await network.release();
  return logits;
}

async function runGolden(golden: GoldenRequest, withStudies: boolean) {
  const { height, width } = golden;
  const wanted = { received: true, taps: true, attention: true };
  const { checkpoint, network, outputs } = await compileGolden(golden, wanted);
  const taps = tapStore(await bench!);
  const input = { rows: height, cols: width };
  const logits = floats(outputs, 'logits');
  taps.hold('golden', outputs, { network, weights: new CheckpointWeights(checkpoint), input, logits });
  const run = taps.of('golden');
  const statistics: (readonly HeadStatistics[])[] = [];
  if (withStudies) for (const stage of checkpoint.spec.stages.keys()) statistics.push(await run.statistics(stage));
  // What is asked after the network is gone.
  await taps.detach(network);
  await network.release();
  const studies = withStudies
    ? {
        statistics,
        attribution: await run.attribution(Array.from(logits.keys())),
        rollout: await run.rollout({ kind: 'answer' }, 'weighted'),
        column: await run.column(0, 0, 0, 1),
      }
    : null;
  const values: Record<string, number[]> = {};
  for (const [name, tensor] of outputs) values[name] = Array.from(await readBack(tensor, name));
  await taps.clear();
  return { values, studies: plain(studies) as Plain<typeof studies> };
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
