import { AttentionSessions } from '../../models/attention/attention-sessions.ts';
import { RunStudies } from '../../models/attention/run-studies.ts';
import { CheckpointWeights } from '../../models/cvt/checkpoint-weights.ts';
import { attentionPieceBytes, refusalOf } from '../../models/cvt/footprint.ts';
import type { GridSize } from '../../models/cvt/grids.ts';
import type { CvtCheckpoint } from '../../models/cvt/open-cvt.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { blockName, tapName } from '../../models/onnx/tap-names.ts';
import { checkLogits } from '../../models/predictions.ts';
import { type CpuPrecision, type DemoOptions, demoParts, inPrecision, type ModelParts } from './load-model.ts';
import { compileAttentionGraph, createNodeSession, EXTERNAL_PATH, type NodeTaps } from './node-session.ts';
import { openModel } from './open-model.ts';
import { CPU_THREADS } from './runtime.ts';

/** What one picture's run says, and all that can be asked about it. One question at a time, as long as the model is open. */
export interface StudiedPicture {
  /** [classes] */
  readonly logits: Float32Array;
  /** `received[stage][block]`: [cls + keys], mean over heads and queries of the attention. */
  readonly received: readonly (readonly Float32Array[])[];
  readonly studies: RunStudies;
}

/** A model whose attention can be looked at in this Node process. */
export interface StudyModel {
  /** The demo's id, or the checkpoint's file name. */
  readonly id: string;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly checkpoint: CvtCheckpoint;
  readonly precision: CpuPrecision;
  /**
   * @param input [1, 3, height, width], normalised
   * @throws CheckpointError `not-finite`
   */
  study(input: Float32Array): Promise<StudiedPicture>;
  close(): Promise<void>;
}

/** The model that the app ships with. @throws ShellError `app-incomplete` */
export async function loadDemoForStudy(options: DemoOptions): Promise<StudyModel> {
  const { path, parts } = await demoParts(options);
  return loadForStudy(path, parts);
}

/**
 * A checkpoint file, with the same graph and the same questions as in the app's engine.
 * @throws CheckpointError, SpecError, EngineError `input-too-large`, CancelledError
 */
export async function loadForStudy(path: string, parts: ModelParts): Promise<StudyModel> {
  const { id, preprocessing, signal } = parts;
  const { checkpoint, bytes, labels } = await openModel(path, parts);
  const { height, width } = preprocessing;
  const precision = parts.precision ?? 'fp32';
  const used = await inPrecision({ checkpoint, bytes }, parts);
  const weights = new CheckpointWeights(checkpoint, precision);
  const input = { rows: height, cols: width };
  const network = await openForStudy(used.checkpoint, used.bytes, input, { signal, precision, weights });
  return { id, labels, preprocessing, checkpoint, precision, ...network };
}

/**
 * @param bytes the whole checkpoint file
 * @param input in pixels
 * @param options `maxTensorBytes`: no tensor of attention is larger, beside what the input's size asks for; `weights`: for studies, where
 * the checkpoint's were converted
 */
export async function openForStudy(
  checkpoint: CvtCheckpoint,
  bytes: Uint8Array,
  input: GridSize,
  options: {
    readonly signal?: AbortSignal;
    readonly maxTensorBytes?: number;
    readonly precision?: CpuPrecision;
    readonly weights?: CheckpointWeights;
  } = {},
): Promise<Pick<StudyModel, 'study' | 'close'>> {
  const { spec } = checkpoint;
  const { rows: height, cols: width } = input;
  const { signal, maxTensorBytes = Number.POSITIVE_INFINITY, precision = 'fp32' } = options;
  const refusal = refusalOf(spec, checkpoint.numClasses, { height, width });
  if (refusal) throw refusal;
  const graph = await buildCvtGraph(checkpoint, {
    height,
    width,
    batch: 1,
    precision,
    outputs: { received: true, taps: true },
    cpuThreads: CPU_THREADS,
    placement: { kind: 'external', path: EXTERNAL_PATH },
    maxTensorBytes: Math.min(maxTensorBytes, attentionPieceBytes(spec, { height, width }, null)),
    ...(signal ? { signal } : {}),
  });
  const session = await createNodeSession(graph, bytes, precision);
  const sessions = new AttentionSessions<NodeTaps>(compileAttentionGraph, maxTensorBytes);
  const weights = options.weights ?? new CheckpointWeights(checkpoint);
  return {
    async study(pixels) {
      const outputs = await session.run(pixels, [1, 3, height, width]);
      const output = (name: string): Float32Array => outputs.get(name)!;
      const logits = output('logits');
      checkLogits(logits, checkpoint.name);
      const received = spec.stages.map(({ depth }, stage) =>
        Array.from({ length: depth }, (_, block) => output(`${blockName(stage, block)}.received`)),
      );
      const studies = new RunStudies({
        spec,
        input,
        logits,
        tap: async (name) => output(name),
        weight: (key) => weights.read(key, signal),
        attention: (stage, block, shape) =>
          sessions.of(shape, { q: output(tapName(stage, block, 'q')), k: output(tapName(stage, block, 'k')), shape }),
      });
      return { logits, received, studies };
    },
    async close() {
      await sessions.release();
      await session.close();
    },
  };
}
