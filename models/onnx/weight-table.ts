import type { CvtCheckpoint } from '../cvt/open-cvt.ts';
import { readTensor } from '../formats/read-tensor.ts';
import type { TensorEntry } from '../formats/tensor-index.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import type { TensorData } from './onnx-messages.ts';

/** Tensors up to this many bytes stand in the graph itself: a reference and a ranged read would cost more than they save. */
const INLINE_BYTES = 8192;

/** Float data that onnxruntime maps in place must be aligned to its element. */
const FLOAT_BYTES = 4;

/**
 * Where large weights go: `external` leaves them in the checkpoint file, to be found under `path` by the runtime;
 * `embedded` writes them into the model, fetched when the model is written.
 */
export type WeightPlacement = { readonly kind: 'external'; readonly path: string } | { readonly kind: 'embedded' };

/** The weights of a checkpoint, ready for a graph: those that are folded or inlined in memory, the others as references. */
export class WeightTable {
  readonly #checkpoint: CvtCheckpoint;
  readonly #placement: WeightPlacement;
  readonly #loaded: ReadonlyMap<string, Float32Array>;
  readonly #values = new Map<string, Value>();
  #usesExternalData = false;

  private constructor(
    checkpoint: CvtCheckpoint,
    placement: WeightPlacement,
    loaded: ReadonlyMap<string, Float32Array>,
  ) {
    this.#checkpoint = checkpoint;
    this.#placement = placement;
    this.#loaded = loaded;
  }

  /** Reads what must be in memory to build a graph. @throws CheckpointError, CancelledError */
  static async load(checkpoint: CvtCheckpoint, placement: WeightPlacement, signal?: AbortSignal): Promise<WeightTable> {
    const wanted = [...checkpoint.tensors].filter(([key, entry]) => isNeededInMemory(key, entry, placement));
    const loaded = await Promise.all(
      wanted.map(async ([key, entry]) => [key, await readTensor(checkpoint.source, entry, signal)] as const),
    );
    return new WeightTable(checkpoint, placement, new Map(loaded));
  }

  /** Whether any weight that was asked for lies in the checkpoint file. */
  get usesExternalData(): boolean {
    return this.#usesExternalData;
  }

  /** The numbers of a small or folded tensor. */
  numbers(key: string): Float32Array {
    const numbers = this.#loaded.get(key);
    if (!numbers) throw new Error(`${key} was not loaded`);
    return numbers;
  }

  /** The tensor as an initializer of `g`; asking twice gives the same one. */
  value(g: GraphBuilder, key: string): Value {
    const known = this.#values.get(key);
    if (known) return known;
    const entry = this.#checkpoint.tensors.get(key);
    if (!entry) throw new Error(`${key} is not in the checkpoint`);
    const value = g.initializer(key, entry.shape, this.#data(key, entry));
    this.#values.set(key, value);
    return value;
  }

  #data(key: string, entry: TensorEntry): TensorData {
    const loaded = this.#loaded.get(key);
    if (loaded) return { kind: 'inline', bytes: floatBytes(loaded) };
    if (this.#placement.kind === 'external') {
      this.#usesExternalData = true;
      return { kind: 'external', path: this.#placement.path, offset: entry.offset, byteLength: entry.byteLength };
    }
    const { source } = this.#checkpoint;
    const byteLength = entry.shape.reduce((product, size) => product * size, FLOAT_BYTES);
    return { kind: 'inline', bytes: { byteLength, load: async () => floatBytes(await readTensor(source, entry)) } };
  }
}

function isNeededInMemory(key: string, entry: TensorEntry, placement: WeightPlacement): boolean {
  // Folded into a convolution, or repeated over the batch.
  const reshaped = key.includes('.conv_proj_') || key.endsWith('.cls_token');
  const small = entry.byteLength <= INLINE_BYTES;
  const referable = entry.dtype === 'F32' && !entry.strides && entry.offset % FLOAT_BYTES === 0;
  return reshaped || small || (placement.kind === 'external' && !referable);
}

/** ONNX raw data is little-endian, as are all machines that the runtime exists for. */
function floatBytes(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
