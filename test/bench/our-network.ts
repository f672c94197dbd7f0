import type { InferenceSession } from 'onnxruntime-web';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import type { AttentionOutputs } from '../../models/onnx/graph-context.ts';
import { cpuSessionOptions } from '../../models/onnx/session-options.ts';
import type { Precision } from '../../models/precision/precision.ts';
import { formulaInput } from '../golden/formula-weights.ts';
import { type BenchCheckpoint, CHECKPOINT_PATH, createSession } from './wasm.ts';

/** Of the picture that networks are measured with, in pixels. */
export const SIZE = { rows: 224, cols: 224 };
export const SHAPE = [1, 3, SIZE.rows, SIZE.cols] as const;

/** What the input is, normalised, [1, 3, 224, 224]. */
export function picture(): Float32Array {
  return formulaInput(SHAPE, 1);
}

interface NetworkOptions {
  readonly cpuThreads: number;
  /** Beside the logits. */
  readonly outputs?: Partial<AttentionOutputs>;
  readonly precision?: Precision;
}

/** A session of our graph as the app makes it for its CPU provider: same forms, same options. */
export async function ourSession(
  { checkpoint, bytes }: BenchCheckpoint,
  { cpuThreads, outputs = {}, precision = 'fp32' }: NetworkOptions,
): Promise<InferenceSession> {
  const graph = await buildCvtGraph(checkpoint, {
    height: SIZE.rows,
    width: SIZE.cols,
    batch: 1,
    outputs,
    precision,
    cpuThreads,
    placement: { kind: 'external', path: CHECKPOINT_PATH },
  });
  return createSession(graph.message.toBytes(), bytes, cpuSessionOptions(bytes.byteLength, precision));
}
