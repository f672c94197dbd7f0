import { isDict, type PickleValue } from '../../containers/pickle/values.ts';
import { CheckpointError } from '../../errors.ts';
import { TorchTensor } from './torch-values.ts';

/** Where training scripts keep the weights beside optimizer, epoch and random state; tried in this order, the root last. */
const WRAPPERS = ['state_dict', 'model'];
/** torch.nn.DataParallel wraps the network under this name. */
const PARALLEL_PREFIX = 'module.';

/**
 * The tensors of a torch file's state dict by their names, `module.` stripped. Other entries are passed over.
 * @throws CheckpointError `missing-tensor` where there is no state dict
 */
export function stateDictTensors(root: PickleValue, file: string): ReadonlyMap<string, TorchTensor> {
  const dict = isDict(root) ? root : new Map();
  for (const candidate of [...WRAPPERS.map((key) => dict.get(key)), dict]) {
    const tensors = tensorsOf(candidate);
    if (tensors.size > 0) return withoutPrefix(tensors);
  }
  throw new CheckpointError(
    'missing-tensor',
    `${file}: there are no weights at the top of this PyTorch file, nor under ${WRAPPERS.join(' or ')}. Save the model's state_dict().`,
  );
}

function tensorsOf(value: PickleValue): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  if (isDict(value))
    for (const [name, item] of value)
      if (typeof name === 'string' && item instanceof TorchTensor) tensors.set(name, item);
  return tensors;
}

/** Only where every name has the prefix: it is then the wrapper's and not a layer of that name. */
function withoutPrefix(tensors: Map<string, TorchTensor>): Map<string, TorchTensor> {
  if (![...tensors.keys()].every((name) => name.startsWith(PARALLEL_PREFIX))) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(PARALLEL_PREFIX.length), tensor]));
}
