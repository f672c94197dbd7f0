import type { ByteRange } from '../../bytes/byte-source.ts';
import type { PickleValue } from '../../containers/pickle/values.ts';
import { stateDictTensors } from '../state-dict.ts';
import { elementReach, isContiguous } from '../tensor-extent.ts';
import { DTYPE_BYTES, type TensorEntry, type TensorIndex } from '../tensor-index.ts';
import { TorchTensor } from './torch-values.ts';

/** The state dict in the object that torch.save was given. @throws CheckpointError `missing-tensor` */
export function torchStateDict(root: PickleValue, file: string): ReadonlyMap<string, TorchTensor> {
  return stateDictTensors(root, (value) => (value instanceof TorchTensor ? value : null), file, 'PyTorch');
}

/** @param places where in the file each storage's bytes lie, by its key */
export function torchTensorIndex(
  found: ReadonlyMap<string, TorchTensor>,
  places: ReadonlyMap<string, ByteRange>,
): TensorIndex {
  const tensors = new Map<string, TensorEntry>();
  for (const [name, tensor] of found) tensors.set(name, tensorEntry(name, tensor, places.get(tensor.storage.key)!));
  return { format: 'pytorch', tensors, metadata: {} };
}

function tensorEntry(name: string, tensor: TorchTensor, place: ByteRange): TensorEntry {
  const { shape, strides, storage } = tensor;
  const { dtype } = storage;
  const elementBytes = DTYPE_BYTES[dtype];
  // Checked against the storage when the tensor was made, so neither can overflow here.
  const byteLength = (elementReach(shape, strides) ?? 0) * elementBytes;
  const offset = place.start + tensor.offset * elementBytes;
  const entry = { name, dtype, shape, offset, byteLength };
  return isContiguous(shape, strides) ? entry : { ...entry, strides };
}
