import { printable } from '../../bytes/printable.ts';
import { isNatural, isNaturals } from '../../containers/pickle/naturals.ts';
import type { PickleRules } from '../../containers/pickle/opcodes.ts';
import { orderedDict } from '../../containers/pickle/ordered-dict.ts';
import {
  isDict,
  isTuple,
  kindOf,
  type PickleBuilder,
  PickleGlobal,
  type PickleGlobals,
  type PickleSite,
  type PickleValue,
} from '../../containers/pickle/values.ts';
import { elementCount, elementReach, MAX_RANK } from '../tensor-extent.ts';
import type { DType } from '../tensor-index.ts';

/** What a torch pickle may name, and what becomes of it. */

/** Raw elements that tensors are views of. */
export class TorchStorage {
  /** Which entry of the archive, or of the list after the pickles, holds the bytes. */
  readonly key: string;
  readonly dtype: DType;
  readonly elements: number;

  constructor(key: string, dtype: DType, elements: number) {
    this.key = key;
    this.dtype = dtype;
    this.elements = elements;
  }
}

/** A view of a storage; it has been checked to lie inside. Offset and strides are in elements. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const STORAGE_DTYPES: ReadonlyMap<string, DType> = new Map([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

const GLOBALS: PickleGlobals = new Map<string, PickleBuilder | null>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ...[...STORAGE_DTYPES.keys()].map((name) => [name, null] as const),
]);

/** Reads the pickle of a torch archive; tensors become {@link TorchTensor}, all else plain data. */
export const TORCH_RULES: PickleRules = { globals: GLOBALS, persistent: storage, setState: orderedDictState };

/** A state dict's OrderedDict has an attribute `_metadata`, the modules' versions: of no use here. */
function orderedDictState(target: PickleValue, state: PickleValue, site: PickleSite): void {
  if (!isDict(target) || !isDict(state))
    throw site.error('forbidden-pickle', `the pickle sets the state of ${kindOf(target)}, which is not allowed`);
}

/** `('storage', type, key, location, elements)`: torch/serialization.py, `_save`. The old layout adds a view, for storages in storages. */
function storage(id: PickleValue, site: PickleSite): TorchStorage {
  const [tag, type, key, , elements, view] = isTuple(id) ? id : [];
  if (tag !== 'storage') throw site.error('forbidden-pickle', 'the pickle refers to outside data that is no storage');
  const dtype = type instanceof PickleGlobal ? STORAGE_DTYPES.get(type.name) : undefined;
  if (dtype === undefined) throw site.error('corrupt', `a storage has ${kindOf(type)} as its type`);
  if (typeof key !== 'string' || !isNatural(elements))
    throw site.error('corrupt', 'a storage has no name or no number of elements');
  if (view !== undefined && view !== null)
    throw site.error('unsupported', 'a storage is a view of another, as torch wrote them before 0.4');
  return new TorchStorage(key, dtype, elements);
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata=None)`: torch/_utils.py. */
function rebuildTensor(args: readonly PickleValue[], site: PickleSite): TorchTensor {
  const [from, offset, shape, strides] = args;
  if (!(from instanceof TorchStorage))
    throw site.error('corrupt', `a tensor is made of ${kindOf(from)} instead of a storage`);
  // Before its elements are looked at: a tuple that is long can be fetched again and again.
  if (isTuple(shape) && shape.length > MAX_RANK)
    throw site.error('too-large', `a tensor has ${shape.length} dimensions`);
  if (isTuple(strides) && strides.length > MAX_RANK) throw site.error('corrupt', 'a tensor has no valid strides');
  if (!isNatural(offset) || !isNaturals(shape) || !isNaturals(strides) || shape.length !== strides.length)
    throw site.error('corrupt', 'a tensor has no valid offset, shape or strides');
  const size = `a tensor of shape [${shape.join(', ')}]`;
  if (elementCount(shape) === null) throw site.error('too-large', `${size} has more elements than can be counted`);
  const reach = elementReach(shape, strides);
  if (reach === null || offset + reach > from.elements)
    throw site.error(
      'corrupt',
      `${size}, strides [${strides.join(', ')}] and offset ${offset} does not fit in storage ${printable(from.key)}, which has ${from.elements} elements`,
    );
  return new TorchTensor(from, offset, shape, strides);
}

/** `_rebuild_parameter(data, requires_grad, hooks)`: a parameter is its tensor. */
function rebuildParameter(args: readonly PickleValue[], site: PickleSite): TorchTensor {
  const [data] = args;
  if (!(data instanceof TorchTensor))
    throw site.error('corrupt', `a parameter is made of ${kindOf(data)} instead of a tensor`);
  return data;
}
