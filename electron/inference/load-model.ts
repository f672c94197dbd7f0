import { basename, join } from 'node:path';
import { attentionPieceBytes, refusalOf } from '../../models/cvt/footprint.ts';
import type { GridSize } from '../../models/cvt/grids.ts';
import { type Activation, type CvtSpec, parseSpec } from '../../models/cvt/spec.ts';
import { cropSquare, type Preprocessing, preprocessingFor } from '../../models/image/preprocessing.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import type { Precision } from '../../models/precision/precision.ts';
import { findAppRoot } from '../app-root.ts';
import { assetFolders } from '../protocol/assets.ts';
import { readDemo } from '../weights/models.ts';
import { type ConvertedModel, convertedFolder, convertedModel } from './converted-file.ts';
import { createSessionOf, EXTERNAL_PATH, type GraphBytes } from './node-session.ts';
import { openModel } from './open-model.ts';
import { proveCpu } from './prove-cpu.ts';
import { CPU_THREADS } from './runtime.ts';

export interface ModelFacts {
  /** The demo's id, or the checkpoint's file name. */
  readonly id: string;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly spec: CvtSpec;
  readonly activation: Activation;
  readonly numClasses: number;
  readonly precision: CpuPrecision;
}

/** A model that is ready to classify in this Node process. */
export interface LoadedModel extends ModelFacts {
  /** Calls of `logits` that may be under way at the same time. */
  readonly atOnce: number;
  /** @param input [batch, 3, height, width], normalised @returns [batch, classes] */
  logits(input: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface LoadOptions {
  readonly activation: Activation | null;
  /** Pictures in each run; 1 by default. The graph is static in it. */
  readonly batch?: number;
  /** Default: fp32. In int8 a run takes one picture. */
  readonly precision?: CpuPrecision;
  /** Sees weights being converted, in bytes. */
  readonly onConvert?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** What this machine's processor is good at. */
export type CpuPrecision = Exclude<Precision, 'fp16'>;

export interface DemoOptions extends LoadOptions {
  /** Null for its own. */
  readonly size: GridSize | null;
}

/**
 * The model that the app ships with.
 * @throws ShellError `app-incomplete`
 */
export async function loadDemo(options: DemoOptions): Promise<LoadedModel> {
  const { path, parts } = await demoParts(options);
  return loadModel(path, parts);
}

/** Where the demo is, and what is known about it. @throws ShellError `app-incomplete` */
export async function demoParts(options: DemoOptions): Promise<{ readonly path: string; readonly parts: ModelParts }> {
  const { demo } = assetFolders(findAppRoot());
  const entry = await readDemo(demo);
  const { rows, cols } = options.size ?? { rows: entry.preprocessing.height, cols: entry.preprocessing.width };
  const parts: ModelParts = {
    ...options,
    id: entry.id,
    spec: entry.spec && parseSpec(entry.spec, entry.id),
    labels: entry.labels,
    preprocessing: rows === cols ? cropSquare(rows) : preprocessingFor({ rows, cols }),
  };
  return { path: join(demo, basename(entry.weightsUrl)), parts };
}

export interface ModelParts extends LoadOptions {
  readonly id: string;
  /** Null: recognised from the shapes. */
  readonly spec: CvtSpec | null;
  /** Null: ImageNet's where there are 1000 classes, else classes are called by their index. */
  readonly labels: readonly string[] | null;
  readonly preprocessing: Preprocessing;
}

/**
 * A checkpoint file.
 * @throws CheckpointError, SpecError, EngineError `input-too-large`, `engine-wrong-numbers`, CancelledError
 */
export async function loadModel(path: string, parts: ModelParts): Promise<LoadedModel> {
  return openPrepared(await prepareModel(path, parts));
}

/** In this very thread. */
export async function openPrepared({ facts, shape, graph }: PreparedModel): Promise<LoadedModel> {
  const session = await createSessionOf(graph);
  return {
    ...facts,
    atOnce: 1,
    async logits(input) {
      const outputs = await session.run(input, shape);
      return outputs.get('logits')!;
    },
    close: () => session.close(),
  };
}

/** A model of which all is known and nothing is loaded yet. */
export interface PreparedModel {
  readonly facts: ModelFacts;
  /** Of the input. */
  readonly shape: readonly [batch: number, channels: number, height: number, width: number];
  readonly graph: GraphBytes;
}

/** All but the session. @throws as loadModel */
export async function prepareModel(path: string, parts: ModelParts): Promise<PreparedModel> {
  const { id, preprocessing, batch = 1, precision = 'fp32', signal } = parts;
  const { height, width } = preprocessing;
  const { checkpoint, bytes, labels } = await openModel(path, parts);
  const { spec, activation, numClasses } = checkpoint;
  const refusal = refusalOf(spec, numClasses, { height, width });
  if (refusal) throw refusal;
  const used = await inPrecision({ checkpoint, bytes }, parts);
  const { message, usesExternalData } = await buildCvtGraph(used.checkpoint, {
    precision,
    height,
    width,
    batch,
    outputs: {},
    cpuThreads: CPU_THREADS,
    placement: { kind: 'external', path: EXTERNAL_PATH },
    maxTensorBytes: attentionPieceBytes(spec, { height, width }, null),
    signal,
  });
  return {
    facts: { id, labels, preprocessing, spec, activation, numClasses, precision },
    shape: [batch, 3, height, width],
    graph: { model: message.toBytes(), usesExternalData, checkpoint: used.bytes, precision },
  };
}

/** The weights as they are to be used, kept for the next time where they had to be converted. */
export async function inPrecision(
  original: ConvertedModel,
  { id, precision = 'fp32', onConvert, signal }: Pick<ModelParts, 'id' | 'precision' | 'onConvert' | 'signal'>,
): Promise<ConvertedModel> {
  if (precision === 'fp32') return original;
  await proveCpu(precision);
  return convertedModel(id, original.checkpoint, precision, convertedFolder(), {
    signal,
    ...(onConvert ? { onProgress: onConvert } : {}),
  });
}
