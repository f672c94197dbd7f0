import type { ByteRange, ByteSource } from '../../bytes/byte-source.ts';
import { Cursor } from '../../bytes/cursor.ts';
import { printable } from '../../bytes/printable.ts';
import type { PickleRules } from '../../containers/pickle/opcodes.ts';
import { readPickleAt } from '../../containers/pickle/read-pickle.ts';
import { isDict, isList, type PickleSite, type PickleValue } from '../../containers/pickle/values.ts';
import { CheckpointError } from '../../errors.ts';
import { type CheckpointFormat, DTYPE_BYTES, type TensorIndex } from '../tensor-index.ts';
import { torchStateDict, torchTensorIndex } from './torch-state-dict.ts';
import { TORCH_RULES, TorchStorage } from './torch-values.ts';

/**
 * What torch.save wrote before 1.6, and writes with `_use_new_zipfile_serialization=False`: five pickles one after the other
 * (a magic number, the version, the machine, the object, the storages' keys), then for each key the number of its elements
 * as int64 and their raw bytes. torch/serialization.py, `_legacy_save`.
 */

/** PROTO 2 and the magic number 0x1950a86a20f9469cfc6c as LONG1. */
const MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const VERSION = 1001;
const COUNT_BYTES = 8;
const CONCURRENT_READS = 16;

const PLAIN_DATA: PickleRules = { globals: new Map() };

export const torchLegacy: CheckpointFormat = {
  name: 'pytorch',
  async sniff(source, signal) {
    if (source.size < MAGIC.length) return null;
    const head = await source.read({ start: 0, end: MAGIC.length }, signal);
    return MAGIC.every((byte, i) => head[i] === byte) ? () => openTorchLegacy(source, signal) : null;
  },
};

async function openTorchLegacy(source: ByteSource, signal?: AbortSignal): Promise<TensorIndex> {
  let at = 0;
  const nextPickle = async (rules: PickleRules): Promise<PickleValue> => {
    const { value, end } = await readPickleAt(source, at, rules, signal);
    at = end;
    return value;
  };
  await nextPickle(PLAIN_DATA);
  checkVersion(source, await nextPickle(PLAIN_DATA));
  checkByteOrder(source, await nextPickle(PLAIN_DATA));
  const storages = new StorageList();
  const root = await nextPickle({ ...TORCH_RULES, persistent: (id, site) => storages.add(id, site) });
  const keys = storageKeys(source, await nextPickle(PLAIN_DATA));
  const places = layOut(source, keys, storages.byKey, at);
  await checkCounts(source, places, storages.byKey, signal);
  const found = torchStateDict(root, source.name);
  for (const { storage } of found.values())
    if (!places.has(storage.key))
      throw new CheckpointError(
        'corrupt',
        `${source.name}: storage ${printable(storage.key)}, which a tensor needs, is not in the file's list. Get the file again.`,
      );
  return torchTensorIndex(found, places);
}

/** The storages that the object refers to, those of an optimizer too: all of them lie in the file, and their sizes tell where. */
class StorageList {
  readonly byKey = new Map<string, TorchStorage>();

  add(id: PickleValue, site: PickleSite): PickleValue {
    const storage = TORCH_RULES.persistent?.(id, site);
    if (!(storage instanceof TorchStorage)) return storage;
    const known = this.byKey.get(storage.key);
    if (!known) this.byKey.set(storage.key, storage);
    else if (known.dtype !== storage.dtype || known.elements !== storage.elements)
      throw site.error('corrupt', `storage ${printable(storage.key)} has two types or two sizes`);
    return storage;
  }
}

function checkVersion(source: ByteSource, version: PickleValue): void {
  if (version !== VERSION)
    throw new CheckpointError(
      'unsupported',
      `${source.name}: a PyTorch file of version ${typeof version === 'number' ? version : 'unknown'}; ${VERSION} is read. Load it in PyTorch and write it again with torch.save.`,
    );
}

function checkByteOrder(source: ByteSource, machine: PickleValue): void {
  const isLittle = isDict(machine) ? machine.get('little_endian') : undefined;
  if (isLittle === true) return;
  if (isLittle === false)
    throw new CheckpointError(
      'unsupported',
      `${source.name}: written on a big-endian machine. Save it again on a little-endian one.`,
    );
  throw new CheckpointError('corrupt', `${source.name}: the file does not say its byte order. Get it again.`);
}

function storageKeys(source: ByteSource, keys: PickleValue): readonly string[] {
  if (isList(keys) && keys.every((key) => typeof key === 'string') && new Set(keys).size === keys.length)
    return keys as string[];
  throw new CheckpointError('corrupt', `${source.name}: the list of storages is malformed. Get the file again.`);
}

/** The storages lie one after the other, each behind its count. */
function layOut(
  source: ByteSource,
  keys: readonly string[],
  storages: ReadonlyMap<string, TorchStorage>,
  start: number,
): ReadonlyMap<string, ByteRange> {
  const places = new Map<string, ByteRange>();
  let at = start;
  for (const key of keys) {
    const storage = storages.get(key);
    if (!storage)
      throw new CheckpointError(
        'corrupt',
        `${source.name}: storage ${printable(key)} is in the file's list, but nothing says what it holds. Get the file again.`,
      );
    const from = at + COUNT_BYTES;
    at = from + storage.elements * DTYPE_BYTES[storage.dtype];
    if (at > source.size)
      throw new CheckpointError(
        'truncated',
        `${source.name}: storage ${printable(key)} ends at byte ${at}, but the file has ${source.size}. It is incomplete; get it again.`,
      );
    places.set(key, { start: from, end: at });
  }
  return places;
}

/** The counts in front of the data must be those that the tensors were checked against. */
async function checkCounts(
  source: ByteSource,
  places: ReadonlyMap<string, ByteRange>,
  storages: ReadonlyMap<string, TorchStorage>,
  signal?: AbortSignal,
): Promise<void> {
  const check = async ([key, { start }]: [string, ByteRange]): Promise<void> => {
    const at = start - COUNT_BYTES;
    const count = new Cursor(await source.read({ start: at, end: start }, signal), source.name, at).u64();
    if (count !== storages.get(key)?.elements)
      throw new CheckpointError(
        'corrupt',
        `${source.name}: storage ${printable(key)} at byte ${at} has ${count} elements, but ${storages.get(key)?.elements} are expected. Get the file again.`,
      );
  };
  const queue = [...places];
  for (let i = 0; i < queue.length; i += CONCURRENT_READS)
    await Promise.all(queue.slice(i, i + CONCURRENT_READS).map(check));
}
