import type { ByteSource } from '../../bytes/byte-source.ts';
import { printable } from '../../bytes/printable.ts';
import { readPickleAt } from '../../containers/pickle/read-pickle.ts';
import { isDict, isTuple, type PickleValue } from '../../containers/pickle/values.ts';
import { CheckpointError } from '../../errors.ts';
import { stateDictTensors } from '../state-dict.ts';
import { contiguousStrides, isContiguous } from '../tensor-extent.ts';
import type { CheckpointFormat, TensorEntry, TensorIndex } from '../tensor-index.ts';
import { NUMPY_RULES, NumpyArray } from './numpy-values.ts';

/**
 * What paddle.save writes (.pdparams): one pickle of protocol 2 to 5, a dict of names and numpy arrays with the arrays' bytes
 * inline. Beside them stands `StructuredToParameterName@@`, a dict of names, which is of no use here.
 * paddle/python/paddle/framework/io.py
 */

const PROTO = 0x80;
/** Protocol 2 cuts arrays beyond 1 GiB in pieces and says so under this key. CvT has none. */
const CUT_ARRAYS = 'UnpackBigParamInfor@@';

export const paddle: CheckpointFormat = {
  name: 'paddle',
  async sniff(source, signal) {
    if (source.size < 2) return null;
    const [opcode, protocol] = await source.read({ start: 0, end: 2 }, signal);
    const isPickle = opcode === PROTO && protocol !== undefined && protocol >= 2 && protocol <= 5;
    return isPickle ? () => openPaddle(source, signal) : null;
  },
};

async function openPaddle(source: ByteSource, signal?: AbortSignal): Promise<TensorIndex> {
  const { value: root } = await readPickleAt(source, 0, NUMPY_RULES, signal);
  if (isDict(root) && root.has(CUT_ARRAYS))
    throw new CheckpointError(
      'unsupported',
      `${source.name}: its arrays are cut in pieces. Load the file in Paddle and save it again with protocol=4.`,
    );
  const tensors = new Map<string, TensorEntry>();
  for (const [name, array] of stateDictTensors(root, arrayOf, source.name, 'Paddle'))
    tensors.set(name, tensorEntry(name, array, source.name));
  return { format: 'paddle', tensors, metadata: {} };
}

/** An array, or the pair of a tensor's own name and its array that stands where a tensor is saved inside another object. */
function arrayOf(value: PickleValue): NumpyArray | null {
  if (value instanceof NumpyArray) return value;
  if (isTuple(value) && value.length === 2 && typeof value[0] === 'string' && value[1] instanceof NumpyArray)
    return value[1];
  return null;
}

function tensorEntry(name: string, { content }: NumpyArray, file: string): TensorEntry {
  if (!content)
    throw new CheckpointError(
      'corrupt',
      `${file}: ${printable(name)} is an array without content. Get the file again.`,
    );
  const { dtype, shape, isFortran, data } = content;
  // Column-major is row-major of the turned shape.
  const strides = isFortran ? contiguousStrides(shape.toReversed()).toReversed() : contiguousStrides(shape);
  return {
    name,
    dtype,
    shape,
    offset: data.start,
    byteLength: data.byteLength,
    ...(isContiguous(shape, strides) ? {} : { strides }),
    ...(data.kind === 'text' ? { encoding: 'latin1' as const } : {}),
  };
}
