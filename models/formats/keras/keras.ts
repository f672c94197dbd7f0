import type { ByteSource } from '../../bytes/byte-source.ts';
import { printable } from '../../bytes/printable.ts';
import type { Hdf5Dataset } from '../../containers/hdf5/dataset.ts';
import { Hdf5File } from '../../containers/hdf5/hdf5-file.ts';
import { isHdf5 } from '../../containers/hdf5/superblock.ts';
import { CheckpointError } from '../../errors.ts';
import { elementCount, MAX_RANK } from '../tensor-extent.ts';
import { type CheckpointFormat, DTYPE_BYTES, type DType, type TensorEntry, type TensorIndex } from '../tensor-index.ts';

/**
 * What Keras 2's save_weights writes as .h5: a group per layer, and in its attribute `weight_names` the paths of the layer's
 * weights in the order in which they are loaded, by position. Tensors are named `<layer>/<path>` here, in that order.
 * keras/saving/legacy/hdf5_format.py, `save_weights_to_hdf5_group`.
 */

/** A whole model's file keeps its weights in this group. */
const MODEL_GROUP = 'model_weights';
const MAX_LAYERS = 4096;
const MAX_WEIGHTS = 1 << 14;
/** An attribute beyond 64 KiB is written in pieces named with a number. */
const MAX_PIECES = 64;

export const keras: CheckpointFormat = {
  name: 'keras',
  async sniff(source, signal) {
    return (await isHdf5(source, signal)) ? () => openKeras(source, signal) : null;
  },
};

/** The layer of a tensor that this reader named. */
export function layerOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

async function openKeras(source: ByteSource, signal?: AbortSignal): Promise<TensorIndex> {
  const file = await Hdf5File.open(source, signal);
  const { root, layers } = await findLayers(source, file);
  const tensors = new Map<string, TensorEntry>();
  for (const layer of layers) {
    const weights = (await readNames(file, [...root, layer], 'weight_names')) ?? [];
    if (tensors.size + weights.length > MAX_WEIGHTS)
      throw new CheckpointError('too-large', `${source.name}: the Keras file has more than ${MAX_WEIGHTS} weights.`);
    for (const weight of weights) {
      const name = `${layer}/${weight}`;
      if (tensors.has(name))
        throw new CheckpointError('corrupt', `${source.name}: the Keras file has ${printable(name)} twice.`);
      const dataset = await file.dataset([...root, layer, ...weight.split('/')]);
      tensors.set(name, tensorEntry(source, name, dataset));
    }
  }
  if (tensors.size === 0)
    throw new CheckpointError('missing-tensor', `${source.name}: the Keras file has layers, but no weights.`);
  checkOverlaps(source, tensors);
  return { format: 'keras', tensors, metadata: {} };
}

async function findLayers(
  source: ByteSource,
  file: Hdf5File,
): Promise<{ root: readonly string[]; layers: readonly string[] }> {
  let root: readonly string[] = [];
  let layers = await readNames(file, root, 'layer_names');
  if (!layers) {
    root = [MODEL_GROUP];
    layers = await readNames(file, root, 'layer_names').catch((error: unknown) => {
      if (error instanceof CheckpointError && error.code === 'missing-tensor') return null;
      throw error;
    });
  }
  if (!layers)
    throw new CheckpointError(
      'unknown-format',
      `${source.name}: an HDF5 file, but not Keras's (it has no layer_names). Save the model with save_weights(), as .h5.`,
    );
  if (layers.length > MAX_LAYERS || layers.some((layer) => layer === '' || layer.includes('/')))
    throw new CheckpointError('corrupt', `${source.name}: the names of the Keras file's layers are malformed.`);
  return { root, layers };
}

/** An attribute of names, whole or in the pieces `<name>0`, `<name>1`, …; null where there is none. */
async function readNames(file: Hdf5File, path: readonly string[], name: string): Promise<readonly string[] | null> {
  const whole = await file.strings(path, name);
  if (whole) return whole;
  const pieces: string[] = [];
  for (let i = 0; i < MAX_PIECES; i++) {
    const piece = await file.strings(path, `${name}${i}`);
    if (!piece) return i === 0 ? null : pieces;
    pieces.push(...piece);
  }
  return pieces;
}

function tensorEntry(source: ByteSource, name: string, { datatype, shape, range }: Hdf5Dataset): TensorEntry {
  const dtype = dtypeOf(datatype);
  if (dtype === null)
    throw new CheckpointError(
      'unsupported',
      `${source.name}: ${printable(name)} holds numbers of a kind that is not read. Save the model in float32.`,
    );
  const needed = (elementCount(shape) ?? Number.NaN) * DTYPE_BYTES[dtype];
  if (shape.length > MAX_RANK || !Number.isSafeInteger(needed))
    throw new CheckpointError(
      'too-large',
      `${source.name}: ${printable(name)} has a shape of more elements than can be counted.`,
    );
  const byteLength = range.end - range.start;
  if (byteLength !== needed)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: ${printable(name)} is ${dtype} [${shape.join(', ')}], which takes ${needed} bytes, but it has ${byteLength}.`,
    );
  if (range.end > source.size)
    throw new CheckpointError(
      'truncated',
      `${source.name}: ${printable(name)} ends at byte ${range.end}, but the file has ${source.size}. It is incomplete; get it again.`,
    );
  return { name, dtype, shape, offset: range.start, byteLength };
}

const DTYPES: Readonly<Record<string, DType>> = {
  float8: 'F64',
  float4: 'F32',
  float2: 'F16',
  int8: 'I64',
  int4: 'I32',
  int2: 'I16',
  int1: 'I8',
  uint1: 'U8',
};

function dtypeOf(datatype: Hdf5Dataset['datatype']): DType | null {
  if (!('isBigEndian' in datatype) || (datatype.isBigEndian && datatype.bytes > 1)) return null;
  return DTYPES[`${datatype.kind}${datatype.bytes}`] ?? null;
}

/** No two weights share bytes, as in safetensors: a file that says so was made to confuse. */
function checkOverlaps(source: ByteSource, tensors: ReadonlyMap<string, TensorEntry>): void {
  const inOrder = [...tensors.values()].sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const tensor of inOrder) {
    if (tensor.byteLength > 0 && tensor.offset < end)
      throw new CheckpointError(
        'corrupt',
        `${source.name}: ${printable(tensor.name)} overlaps the tensor before it, at byte ${tensor.offset}.`,
      );
    end = Math.max(end, tensor.offset + tensor.byteLength);
  }
}
