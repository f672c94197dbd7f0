import type { CvtCheckpoint } from '../cvt/open-cvt.ts';
import { readTensor } from '../formats/read-tensor.ts';
import { isContiguous } from '../formats/tensor-extent.ts';
import type { TensorEntry } from '../formats/tensor-index.ts';
import { scaleName } from '../precision/convert.ts';
import type { Precision } from '../precision/precision.ts';
import { float32Bytes, type GraphBuilder, type Value } from './graph-builder.ts';
import type { TensorData } from './onnx-messages.ts';

/** Tensors up to this many bytes stand in the graph itself: a reference and a ranged read would cost more than they save. */
const INLINE_BYTES = 8192;

const FLOAT_BYTES = 4;

/**
 * Where large weights go: `external` leaves them in the checkpoint file, to be found under `path` by the runtime;
 * `embedded` writes them into the model, fetched when the model is written.
 */
export type WeightPlacement = { readonly kind: 'external'; readonly path: string } | { readonly kind: 'embedded' };

/** The weight of a Linear layer, as [out, in], or as [in, out] where the file has it so. */
export interface LinearWeight {
  readonly value: Value;
  readonly isTransposed: boolean;
}

/** Likewise in 8 bits, [in, out], with a scale [out]. */
export interface QuantisedLinear {
  readonly value: Value;
  readonly scale: Value;
}

/** The weights of a checkpoint, ready for a graph: those that are folded or inlined in memory, the others as references. */
export class WeightTable {
  readonly #checkpoint: CvtCheckpoint;
  readonly #placement: WeightPlacement;
  readonly #precision: Precision;
  readonly #loaded: ReadonlyMap<string, Float32Array>;
  readonly #values = new Map<string, Value>();
  #usesExternalData = false;

  private constructor(
    checkpoint: CvtCheckpoint,
    placement: WeightPlacement,
    precision: Precision,
    loaded: ReadonlyMap<string, Float32Array>,
  ) {
    this.#checkpoint = checkpoint;
    this.#placement = placement;
    this.#precision = precision;
    this.#loaded = loaded;
  }

  /**
   * Reads what must be in memory to build a graph.
   * @param precision what the checkpoint's weights were converted to; see models/precision
   * @throws CheckpointError, CancelledError
   */
  static async load(
    checkpoint: CvtCheckpoint,
    placement: WeightPlacement,
    precision: Precision,
    signal?: AbortSignal,
  ): Promise<WeightTable> {
    const wanted = [...checkpoint.tensors].filter(([key, entry]) => isNeededInMemory(key, entry, placement, precision));
    const loaded = await Promise.all(
      wanted.map(async ([key, entry]) => [key, await readTensor(checkpoint.source, entry, signal)] as const),
    );
    return new WeightTable(checkpoint, placement, precision, new Map(loaded));
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
    const isStored = this.#precision === 'fp16' && !this.#loaded.has(key);
    const value = g.initializer(key, entry.shape, this.#data(key, entry), isStored ? 'float16' : 'float32');
    this.#values.set(key, value);
    return value;
  }

  /** The weight under `key` where it is kept in 8 bits, else null. */
  quantised(g: GraphBuilder, key: string): QuantisedLinear | null {
    const entry = this.#checkpoint.tensors.get(key);
    if (this.#precision !== 'int8' || entry?.dtype !== 'I8') return null;
    if (this.#placement.kind !== 'external') throw new Error('8-bit weights are used where they lie');
    const known = this.#values.get(key);
    const value = known ?? g.initializer(key, entry.shape, this.#external(entry, this.#placement.path), 'int8');
    this.#values.set(key, value);
    return { value, scale: this.value(g, scaleName(key)) };
  }

  /** The weight [out, in] under `key`, left in the file's own layout where that allows to refer to it in place. */
  linear(g: GraphBuilder, key: string): LinearWeight {
    const entry = this.#checkpoint.tensors.get(key);
    const isTransposed =
      entry !== undefined &&
      this.#placement.kind === 'external' &&
      !this.#loaded.has(key) &&
      placeInFile(entry, this.#precision) === 'transposed';
    if (!isTransposed) return { value: this.value(g, key), isTransposed };
    const known = this.#values.get(key);
    const value = known ?? g.initializer(key, entry.shape.toReversed(), this.#external(entry, this.#placement.path));
    this.#values.set(key, value);
    return { value, isTransposed };
  }

  #external({ offset, byteLength }: TensorEntry, path: string): TensorData {
    this.#usesExternalData = true;
    return { kind: 'external', path, offset, byteLength };
  }

  #data(key: string, entry: TensorEntry): TensorData {
    const loaded = this.#loaded.get(key);
    if (loaded) return { kind: 'inline', bytes: float32Bytes(loaded) };
    if (this.#placement.kind === 'external') {
      if (placeInFile(entry, this.#precision) !== 'as-is')
        throw new Error(`${key} does not lie in the file as it is asked for`);
      return this.#external(entry, this.#placement.path);
    }
    const { source } = this.#checkpoint;
    const byteLength = entry.shape.reduce((product, size) => product * size, FLOAT_BYTES);
    return { kind: 'inline', bytes: { byteLength, load: async () => float32Bytes(await readTensor(source, entry)) } };
  }
}

/**
 * How the runtime can use a tensor where it lies: as it is, as the transpose of a Linear's weight, or not at all. Offsets need
 * no alignment: onnxruntime-web copies the bytes into its own memory or onto the device.
 */
function placeInFile(
  { dtype, shape, strides, encoding }: TensorEntry,
  precision: Precision,
): 'as-is' | 'transposed' | null {
  const isUsable = dtype === (precision === 'fp16' ? 'F16' : 'F32') || (precision === 'int8' && dtype === 'I8');
  if (!isUsable || encoding) return null;
  if (!strides) return 'as-is';
  return shape.length === 2 && isContiguous(shape.toReversed(), strides.toReversed()) ? 'transposed' : null;
}

/** Whether the graph wants the numbers of a weight, wherever they lie. */
function isSmallOrFolded(key: string, entry: TensorEntry): boolean {
  // Folded into a convolution, or repeated over the batch.
  const isFolded = key.includes('.conv_proj_') || key.endsWith('.cls_token');
  return isFolded || entry.shape.reduce((product, size) => product * size, FLOAT_BYTES) <= INLINE_BYTES;
}

function isNeededInMemory(key: string, entry: TensorEntry, placement: WeightPlacement, precision: Precision): boolean {
  if (precision === 'int8' && entry.dtype === 'I8') return false;
  return isSmallOrFolded(key, entry) || (placement.kind === 'external' && placeInFile(entry, precision) === null);
}

/**
 * Whether a graph over the checkpoint would have to carry large weights in itself, since they cannot be used where they lie
 * (half precision, text, HWIO, scattered views). Such a checkpoint is worth one copy in the official layout.
 */
export function needsCopy(checkpoint: CvtCheckpoint): boolean {
  return [...checkpoint.tensors].some(
    ([key, entry]) => !isSmallOrFolded(key, entry) && placeInFile(entry, 'fp32') === null,
  );
}
