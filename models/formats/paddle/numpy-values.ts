import { printable } from '../../bytes/printable.ts';
import { isNatural, isNaturals } from '../../containers/pickle/naturals.ts';
import type { PickleRules } from '../../containers/pickle/opcodes.ts';
import { orderedDict } from '../../containers/pickle/ordered-dict.ts';
import {
  isTuple,
  kindOf,
  type PickleBuilder,
  PickleExtent,
  PickleGlobal,
  type PickleSite,
  type PickleValue,
} from '../../containers/pickle/values.ts';
import { elementCount, MAX_RANK } from '../tensor-extent.ts';
import { DTYPE_BYTES, type DType } from '../tensor-index.ts';

/** What a pickle of numpy arrays may name, and what becomes of it. Arrays' bytes stay in the file. */

class NumpyDType {
  readonly dtype: DType;

  constructor(dtype: DType) {
    this.dtype = dtype;
  }
}

export interface NumpyContent {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Column-major. */
  readonly isFortran: boolean;
  /** Of kind `text` where protocol 2 wrote the bytes as Latin-1 text. */
  readonly data: PickleExtent;
}

/** An array; empty until the pickle sets its state. */
export class NumpyArray {
  content: NumpyContent | null = null;
}

/** What `_codecs.encode(text, 'latin1')` gives: bytes that stand in the file as text. */
class EncodedText {
  readonly extent: PickleExtent;

  constructor(extent: PickleExtent) {
    this.extent = extent;
  }
}

/** numpy has no bfloat16: Paddle saves it as uint16. */
const DTYPES: ReadonlyMap<PickleValue, DType> = new Map([
  ['f8', 'F64'],
  ['f4', 'F32'],
  ['f2', 'F16'],
  ['u2', 'BF16'],
  ['i8', 'I64'],
  ['i4', 'I32'],
  ['i2', 'I16'],
  ['i1', 'I8'],
  ['u1', 'U8'],
  ['b1', 'BOOL'],
]);

const NO_BYTES = new PickleExtent('bytes', 0, 0);

/** numpy 2 renamed `core` to `_core`. */
const CORES = ['numpy.core', 'numpy._core'];
/** Protocol 2 writes Python 2's name of the module. */
const BUILTINS = ['builtins', '__builtin__'];

export const NUMPY_RULES: PickleRules = {
  globals: new Map<string, PickleBuilder | null>([
    ['numpy.ndarray', null],
    ['numpy.dtype', makeDType],
    ['_codecs.encode', encode],
    ['collections.OrderedDict', orderedDict],
    ...CORES.flatMap((core): [string, PickleBuilder][] => [
      [`${core}.multiarray._reconstruct`, reconstruct],
      [`${core}.multiarray.scalar`, scalar],
      [`${core}.numeric._frombuffer`, fromBuffer],
    ]),
    ...BUILTINS.flatMap((module): [string, PickleBuilder][] => [
      [`${module}.tuple`, makeTuple],
      [`${module}.bytes`, makeBytes],
    ]),
  ]),
  setState,
};

/** `dtype('f4', False, True)`. */
function makeDType([code]: readonly PickleValue[], site: PickleSite): NumpyDType {
  const dtype = DTYPES.get(code);
  if (dtype === undefined)
    throw site.error(
      'unsupported',
      `an array has the element type ${typeof code === 'string' ? printable(code) : kindOf(code)}, which is not read`,
    );
  return new NumpyDType(dtype);
}

/** `_reconstruct(ndarray, (0,), b'b')`: an array whose state follows. */
function reconstruct([type]: readonly PickleValue[], site: PickleSite): NumpyArray {
  if (!(type instanceof PickleGlobal) || type.name !== 'numpy.ndarray')
    throw site.error('forbidden-pickle', `an array is made as ${kindOf(type)}, which is not allowed`);
  return new NumpyArray();
}

/** `_frombuffer(buffer, dtype, shape, order)`, protocol 5. */
function fromBuffer([buffer, dtype, shape, order]: readonly PickleValue[], site: PickleSite): NumpyArray {
  if (order !== 'C' && order !== 'F') throw site.error('corrupt', 'an array has no valid order');
  const array = new NumpyArray();
  array.content = contentOf(shape, dtype, order === 'F', buffer, site);
  return array;
}

/** A number in numpy's clothes, such as a learning rate: of no use here. */
function scalar(): PickleValue {
  return null;
}

/** `encode(text, 'latin1')`: how protocol 2 writes bytes. */
function encode([text, codec]: readonly PickleValue[], site: PickleSite): EncodedText {
  const extent = typeof text === 'string' ? site.extentOf(text) : text;
  if (!(extent instanceof PickleExtent) || extent.kind !== 'text' || (codec !== 'latin1' && codec !== 'latin-1'))
    throw site.error('forbidden-pickle', `the pickle encodes ${kindOf(text)} otherwise than bytes are written`);
  return new EncodedText(extent);
}

/** `tuple((name, array))`: how Paddle writes a tensor inside another object. */
function makeTuple([items, ...rest]: readonly PickleValue[], site: PickleSite): PickleValue {
  if (!isTuple(items) || rest.length > 0) throw site.error('corrupt', `a tuple is made of ${kindOf(items)}`);
  return items;
}

/** `bytes()`: how protocol 2 writes none. */
function makeBytes(args: readonly PickleValue[], site: PickleSite): PickleExtent {
  if (args.length > 0)
    throw site.error('forbidden-pickle', 'the pickle makes bytes of something, which is not allowed');
  return NO_BYTES;
}

function setState(target: PickleValue, state: PickleValue, site: PickleSite): void {
  if (target instanceof NumpyDType) {
    checkByteOrder(state, site);
    return;
  }
  if (!(target instanceof NumpyArray) || target.content !== null)
    throw site.error('forbidden-pickle', `the pickle sets the state of ${kindOf(target)}, which is not allowed`);
  // (version, shape, dtype, is_fortran, data): numpy's array_setstate.
  const [version, shape, dtype, isFortran, data] = isTuple(state) ? state : [];
  if (version !== 1 || typeof isFortran !== 'boolean') throw site.error('corrupt', 'an array has no valid state');
  target.content = contentOf(shape, dtype, isFortran, data, site);
}

/** (version, byte order, …): numpy's arraydescr_setstate. */
function checkByteOrder(state: PickleValue, site: PickleSite): void {
  const order = isTuple(state) ? state[1] : undefined;
  if (order === '>') throw site.error('unsupported', 'an array was written big-endian; save it as little-endian');
  if (order !== '<' && order !== '|' && order !== '=') throw site.error('corrupt', 'an element type has no byte order');
}

function contentOf(
  shape: PickleValue,
  type: PickleValue,
  isFortran: boolean,
  content: PickleValue,
  site: PickleSite,
): NumpyContent {
  if (!(type instanceof NumpyDType)) throw site.error('corrupt', `an array has ${kindOf(type)} as its element type`);
  const { dtype } = type;
  const data = content instanceof EncodedText ? content.extent : content;
  // Before its elements are looked at: a tuple that is long can be fetched again and again.
  if (isTuple(shape) && shape.length > MAX_RANK)
    throw site.error('too-large', `an array has ${shape.length} dimensions`);
  if (
    !isNaturals(shape) ||
    !(data instanceof PickleExtent) ||
    (data.kind === 'text') !== content instanceof EncodedText
  )
    throw site.error('corrupt', 'an array has no valid shape or data');
  const needed = (elementCount(shape) ?? Number.NaN) * DTYPE_BYTES[dtype];
  if (!isNatural(needed))
    throw site.error('too-large', `an array of shape [${shape.join(', ')}] has more elements than can be counted`);
  // In UTF-8 a Latin-1 character takes one byte or two.
  const most = data.kind === 'text' ? 2 * needed : needed;
  if (data.byteLength < needed || data.byteLength > most)
    throw site.error(
      'corrupt',
      `an array of shape [${shape.join(', ')}] and type ${dtype} takes ${needed} bytes, but has ${data.byteLength}`,
    );
  return { dtype, shape, isFortran, data };
}
