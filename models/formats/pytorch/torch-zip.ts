import type { ByteRange, ByteSource } from '../../bytes/byte-source.ts';
import { printable } from '../../bytes/printable.ts';
import { MAX_PICKLE_BYTES } from '../../containers/pickle/limits.ts';
import { readPickle } from '../../containers/pickle/read-pickle.ts';
import { zipDataRange } from '../../containers/zip-data.ts';
import { readZipDirectory, type ZipDirectory, type ZipEntry } from '../../containers/zip-directory.ts';
import { CheckpointError } from '../../errors.ts';
import { type CheckpointFormat, DTYPE_BYTES, type TensorIndex } from '../tensor-index.ts';
import { torchStateDict, torchTensorIndex } from './torch-state-dict.ts';
import { TORCH_RULES, type TorchStorage, type TorchTensor } from './torch-values.ts';

/**
 * What torch.save writes since 1.6: a zip file of `<name>/data.pkl`, the object with its tensors' bytes left out, and
 * `<name>/data/<key>`, those bytes, stored as they are. The older layout is torch-legacy.ts's.
 */

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];
/** Local headers read at a time; over HTTP each is a request. */
const CONCURRENT_READS = 16;
const MAX_BYTEORDER_BYTES = 16;

export const torchZip: CheckpointFormat = {
  name: 'pytorch',
  async sniff(source, signal) {
    if (source.size < ZIP_MAGIC.length) return null;
    const head = await source.read({ start: 0, end: ZIP_MAGIC.length }, signal);
    return ZIP_MAGIC.every((byte, i) => head[i] === byte) ? () => openTorchZip(source, signal) : null;
  },
};

async function openTorchZip(source: ByteSource, signal?: AbortSignal): Promise<TensorIndex> {
  const directory = await readZipDirectory(source, signal);
  const { pickle, prefix } = findPickle(source, directory);
  await checkByteOrder(source, directory, prefix, signal);
  if (pickle.size > MAX_PICKLE_BYTES)
    throw new CheckpointError(
      'too-large',
      `${source.name}: ${pickle.name} has ${pickle.size} bytes; ${MAX_PICKLE_BYTES} are read. Save the model's state_dict() alone.`,
    );
  const range = await zipDataRange(source, directory, pickle, signal);
  const bytes = await source.read(range, signal);
  const root = readPickle(bytes, { file: source.name, offset: range.start }, TORCH_RULES);
  const found = torchStateDict(root, source.name);
  return torchTensorIndex(found, await storagePlaces(source, directory, prefix, [...found.values()], signal));
}

function findPickle(source: ByteSource, { entries }: ZipDirectory): { pickle: ZipEntry; prefix: string } {
  const [pickle, other] = [...entries.values()].filter((entry) => /^([^/]+\/)?data\.pkl$/.test(entry.name));
  if (!pickle)
    throw new CheckpointError(
      'unknown-format',
      `${source.name}: a zip file, but not PyTorch's (it has no data.pkl). If the checkpoint is packed inside, unpack it first.`,
    );
  if (other)
    throw new CheckpointError('corrupt', `${source.name}: the zip file has both ${pickle.name} and ${other.name}.`);
  const prefix = pickle.name.slice(0, -'data.pkl'.length);
  if (entries.has(`${prefix}constants.pkl`))
    throw new CheckpointError(
      'unsupported',
      `${source.name}: a TorchScript program, which would have to be run. Save the model's state_dict() with torch.save instead.`,
    );
  return { pickle, prefix };
}

/** Written since torch 2.1; files without it are little-endian in practice. */
async function checkByteOrder(
  source: ByteSource,
  directory: ZipDirectory,
  prefix: string,
  signal?: AbortSignal,
): Promise<void> {
  const entry = directory.entries.get(`${prefix}byteorder`);
  if (!entry) return;
  const range = await zipDataRange(source, directory, entry, signal);
  const end = Math.min(range.end, range.start + MAX_BYTEORDER_BYTES);
  const order = new TextDecoder().decode(await source.read({ start: range.start, end }, signal));
  if (order === 'little') return;
  if (order === 'big')
    throw new CheckpointError(
      'unsupported',
      `${source.name}: written on a big-endian machine. Save it again on a little-endian one.`,
    );
  throw new CheckpointError(
    'corrupt',
    `${source.name}: ${entry.name} says ${JSON.stringify(order)} instead of little or big.`,
  );
}

/** Where the storages lie in the file. Tensors often share one; each is looked up once. */
async function storagePlaces(
  source: ByteSource,
  directory: ZipDirectory,
  prefix: string,
  tensors: readonly TorchTensor[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ByteRange>> {
  const entries = new Map<string, ZipEntry>();
  for (const { storage } of tensors) entries.set(storage.key, storageEntry(source, directory, prefix, storage));
  const places = new Map<string, ByteRange>();
  const queue = [...entries];
  for (let i = 0; i < queue.length; i += CONCURRENT_READS)
    await Promise.all(
      queue.slice(i, i + CONCURRENT_READS).map(async ([key, entry]) => {
        places.set(key, await zipDataRange(source, directory, entry, signal));
      }),
    );
  return places;
}

function storageEntry(source: ByteSource, { entries }: ZipDirectory, prefix: string, storage: TorchStorage): ZipEntry {
  const name = `${prefix}data/${storage.key}`;
  const entry = entries.get(name);
  if (!entry)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: ${printable(name)}, which a tensor needs, is not in the zip file. Get the file again.`,
    );
  const needed = storage.elements * DTYPE_BYTES[storage.dtype];
  // Bytes that fill no whole element occur where a storage is shared under two element types.
  if (!(needed <= entry.size && entry.size < needed + DTYPE_BYTES[storage.dtype]))
    throw new CheckpointError(
      'corrupt',
      `${source.name}: ${printable(name)} should hold ${storage.elements} elements of ${storage.dtype}, ${needed} bytes, but has ${entry.size}.`,
    );
  return entry;
}
