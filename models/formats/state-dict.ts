import { isDict, type PickleValue } from '../containers/pickle/values.ts';
import { CheckpointError } from '../errors.ts';

/** Where training scripts keep the weights beside optimizer, epoch and random state; tried in this order, the root last. */
const WRAPPERS = ['state_dict', 'model'];
/** torch.nn.DataParallel wraps the network under this name. */
const PARALLEL_PREFIX = 'module.';

/**
 * The tensors of a pickled state dict by their names, `module.` stripped. Other entries are passed over.
 * @param tensorOf the tensor that a value of the dict is; null where it is none
 * @param framework whose file this is, for the message
 * @throws CheckpointError `missing-tensor` where there is no state dict
 */
export function stateDictTensors<T>(
  root: PickleValue,
  tensorOf: (value: PickleValue) => T | null,
  file: string,
  framework: string,
): ReadonlyMap<string, T> {
  const dict = isDict(root) ? root : new Map();
  for (const candidate of [...WRAPPERS.map((key) => dict.get(key)), dict]) {
    const tensors = tensorsOf(candidate, tensorOf);
    if (tensors.size > 0) return withoutPrefix(tensors);
  }
  throw new CheckpointError(
    'missing-tensor',
    `${file}: there are no weights at the top of this ${framework} file, nor under ${WRAPPERS.join(' or ')}. Save the model's state_dict().`,
  );
}

function tensorsOf<T>(value: PickleValue, tensorOf: (value: PickleValue) => T | null): Map<string, T> {
  const tensors = new Map<string, T>();
  if (!isDict(value)) return tensors;
  for (const [name, item] of value) {
    const tensor = typeof name === 'string' ? tensorOf(item) : null;
    if (tensor !== null) tensors.set(name as string, tensor);
  }
  return tensors;
}

/** Only where every name has the prefix: it is then the wrapper's and not a layer of that name. */
function withoutPrefix<T>(tensors: Map<string, T>): Map<string, T> {
  if (![...tensors.keys()].every((name) => name.startsWith(PARALLEL_PREFIX))) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(PARALLEL_PREFIX.length), tensor]));
}
