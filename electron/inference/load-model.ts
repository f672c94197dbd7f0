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
import { createNodeSession, EXTERNAL_PATH } from './node-session.ts';
import { openModel } from './open-model.ts';
import { proveCpu } from './prove-cpu.ts';
import { CPU_THREADS } from './runtime.ts';

/** A model that is ready to classify in this Node process. */
export interface LoadedModel {
  /** The demo's id, or the checkpoint's file name. */
  readonly id: string;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly spec: CvtSpec;
  readonly activation: Activation;
  readonly numClasses: number;
  readonly precision: CpuPrecision;
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
  const { id, preprocessing, batch = 1, precision = 'fp32', signal } = parts;
  const { height, width } = preprocessing;
  const { checkpoint, bytes, labels } = await openModel(path, parts);
  const refusal = refusalOf(checkpoint.spec, checkpoint.numClasses, { height, width });
  if (refusal) throw refusal;
  const used = await inPrecision({ checkpoint, bytes }, parts);
  const graph = await buildCvtGraph(used.checkpoint, {
    precision,
    height,
    width,
    batch,
    outputs: {},
    cpuThreads: CPU_THREADS,
    placement: { kind: 'external', path: EXTERNAL_PATH },
    maxTensorBytes: attentionPieceBytes(checkpoint.spec, { height, width }, null),
    signal,
  });
  const session = await createNodeSession(graph, used.bytes, precision);
  return {
    id,
    labels,
    preprocessing,
    spec: checkpoint.spec,
    activation: checkpoint.activation,
    numClasses: checkpoint.numClasses,
    precision,
    async logits(input) {
      const outputs = await session.run(input, [batch, 3, height, width]);
      return outputs.get('logits')!;
    },
    close: () => session.close(),
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
