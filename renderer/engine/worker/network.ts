import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { CvtGraph, CvtGraphOptions } from '../../../models/onnx/build-cvt-graph.ts';
import { cpuSessionOptions } from '../../../models/onnx/session-options.ts';
import { isTap } from '../../../models/onnx/tap-names.ts';
import type { Precision } from '../../../models/precision/precision.ts';
import { byteLength, lazily, type RuntimeWeights, readingFailure } from './external-data.ts';
import type { GpuWatch } from './gpu-watch.ts';
import type { Mutex } from './mutex.ts';
import type { Ort } from './runtime.ts';

/** The name under which graphs refer to their checkpoint file; it only has to match between graph and session. */
export const CHECKPOINT_PATH = 'checkpoint';

/** What every network runs on. */
export interface Bench {
  readonly ort: Ort;
  /** Null: the CPU. */
  readonly gpu: GpuWatch | null;
  readonly mutex: Mutex;
}

/** What graphs may know of the device that they are built for: on the CPU alone, its threads. */
export function forDevice({ ort, gpu }: Bench): Pick<CvtGraphOptions, 'cpuThreads'> {
  return gpu ? {} : { cpuThreads: ort.env.wasm.numThreads ?? 1 };
}

export type Outputs = ReadonlyMap<string, Tensor>;

/** A compiled CvT for one input size, one picture at a time. */
export class Network {
  readonly #bench: Bench;
  readonly #session: InferenceSession;
  readonly #shape: readonly number[];

  private constructor(bench: Bench, session: InferenceSession, shape: readonly number[]) {
    this.#bench = bench;
    this.#session = session;
    this.#shape = shape;
  }

  /**
   * @param weights the file that the graph's external data points into
   * @param input in pixels
   * @param precision that the graph was built for
   * @throws what the weights could not be read for
   */
  static async compile(
    bench: Bench,
    graph: CvtGraph,
    weights: RuntimeWeights,
    input: { readonly height: number; readonly width: number },
    precision: Precision,
  ): Promise<Network> {
    const { ort, gpu, mutex } = bench;
    const model = graph.message.toBytes();
    const data = lazily(weights);
    try {
      const session = await mutex.run(() =>
        ort.InferenceSession.create(model, {
          executionProviders: gpu ? [{ name: 'webgpu', device: gpu.device }] : ['wasm'],
          externalData: graph.usesExternalData ? [{ path: CHECKPOINT_PATH, data }] : [],
          // A step that the GPU cannot do is an error, not a slow detour over the CPU that nobody hears of.
          ...(gpu
            ? { extra: { session: { disable_cpu_ep_fallback: '1' } } }
            : cpuSessionOptions(byteLength(data), precision)),
          preferredOutputLocation: Object.fromEntries(
            graph.outputNames.map((name) => [name, gpu && isTap(name) ? 'gpu-buffer' : 'cpu']),
          ),
        }),
      );
      return new Network(bench, session, [1, 3, input.height, input.width]);
    } catch (error) {
      throw readingFailure(data) ?? error;
    }
  }

  /**
   * @param input [1, 3, height, width]
   * @returns logits and received maps in memory, taps on the device; the caller disposes them
   */
  run(input: Float32Array): Promise<Outputs> {
    return this.#bench.mutex.run(() => this.#fetch(input, this.#session.outputNames));
  }

  /** What `run` gives under that name, and nothing else is kept. @param input [1, 3, height, width] */
  logits(input: Float32Array): Promise<Float32Array> {
    return this.#bench.mutex.run(async () => values(await this.#fetch(input, ['logits']), 'logits'));
  }

  /** Inside the mutex only. */
  async #fetch(input: Float32Array, names: readonly string[]): Promise<Outputs> {
    const { ort, gpu } = this.#bench;
    const pixels = new ort.Tensor('float32', input, this.#shape);
    const outputs = new Map(Object.entries(await this.#session.run({ pixel_values: pixels }, names)));
    try {
      gpu?.throwIfFailed();
    } catch (error) {
      dispose(outputs);
      throw error;
    }
    return outputs;
  }

  /** Frees what a run gave, on the device too. */
  discard(outputs: Outputs): Promise<void> {
    return this.#bench.mutex.run(async () => dispose(outputs));
  }

  release(): Promise<void> {
    return this.#bench.mutex.run(() => this.#session.release());
  }
}

/** The values of an output that is in memory. */
export function values(outputs: Outputs, name: string): Float32Array {
  return floats(outputs.get(name)?.data, name);
}

/** The values of any output; one on the device is read back and freed there. Inside the mutex only. */
export async function readBack(tensor: Tensor, name: string): Promise<Float32Array> {
  return floats(await tensor.getData(true), name);
}

function dispose(outputs: Outputs): void {
  for (const tensor of outputs.values()) tensor.dispose();
}

function floats(data: unknown, name: string): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new TypeError(`The network's output ${name} is missing or not float32.`);
}
