import { type AttentionSession, FRUGAL } from '../../models/attention/attention-sessions.ts';
import type { AttentionGraph, AttentionShape } from '../../models/onnx/attention-graph.ts';
import type { CvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { cpuSessionOptions } from '../../models/onnx/session-options.ts';
import type { Precision } from '../../models/precision/precision.ts';
import { DiskBytes } from './disk-checkpoint.ts';
import { ort } from './runtime.ts';

/** The name under which a graph refers to its checkpoint; it only has to match between graph and session. */
export const EXTERNAL_PATH = 'checkpoint';

export interface NodeSession {
  /** Feeds `pixel_values` and gives every output by name. One run at a time. */
  run(input: Float32Array, shape: readonly number[]): Promise<ReadonlyMap<string, Float32Array>>;
  close(): Promise<void>;
}

/**
 * A session of the same WASM engine that the app uses, in this Node process.
 * @param checkpoint the checkpoint file that the graph refers to; see DiskBytes
 * @param precision that the graph was built for
 */
export async function createNodeSession(
  graph: CvtGraph,
  checkpoint: Uint8Array,
  precision: Precision = 'fp32',
): Promise<NodeSession> {
  return createSessionOf({
    model: graph.message.toBytes(),
    usesExternalData: graph.usesExternalData,
    checkpoint,
    precision,
  });
}

/** A graph as the runtime takes it. */
export interface GraphBytes {
  readonly model: Uint8Array;
  readonly usesExternalData: boolean;
  readonly checkpoint: Uint8Array;
  readonly precision: Precision;
}

/** As {@link createNodeSession}. */
export async function createSessionOf(graph: GraphBytes): Promise<NodeSession> {
  const { model, usesExternalData, checkpoint, precision } = graph;
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    externalData: usesExternalData ? [{ path: EXTERNAL_PATH, data: checkpoint }] : [],
    ...cpuSessionOptions(checkpoint.byteLength, precision),
  }).catch((error: unknown) => {
    throw (checkpoint instanceof DiskBytes && checkpoint.failure) || error;
  });
  return {
    async run(input, shape) {
      const outputs = await session.run({ pixel_values: new ort.Tensor('float32', input, shape) });
      return new Map(Object.entries(outputs).map(([name, tensor]) => [name, floats(tensor)]));
    },
    close: () => session.release(),
  };
}

/** A block's Q and K in memory. */
export interface NodeTaps {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly shape: AttentionShape;
}

/** A session for what is asked about attention as a whole. */
export async function compileAttentionGraph(graph: AttentionGraph): Promise<AttentionSession<NodeTaps>> {
  const session = await ort.InferenceSession.create(graph.message.toBytes(), {
    executionProviders: ['wasm'],
    ...FRUGAL,
  });
  return {
    async run({ q, k, shape }, feeds) {
      const { heads, queries, keys, headDim } = shape;
      const inputs: Record<string, ort.Tensor> = {
        q: new ort.Tensor('float32', q, [1, heads, queries, headDim]),
        k: new ort.Tensor('float32', k, [1, heads, keys, headDim]),
      };
      for (const [name, { data, shape: dims }] of Object.entries(feeds))
        inputs[name] = new ort.Tensor('float32', data, dims);
      const outputs = await session.run(inputs);
      return new Map(Object.entries(outputs).map(([name, tensor]) => [name, floats(tensor)]));
    },
    release: () => session.release(),
  };
}

function floats(tensor: ort.Tensor): Float32Array {
  const { data } = tensor;
  if (!(data instanceof Float32Array)) throw new TypeError(`An output is ${tensor.type}, not float32.`);
  return data;
}
