import { describe, expect, test } from 'vitest';
import { type ByteRange, MemorySource } from '../../models/bytes/byte-source.ts';
import { CheckpointError } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import { mutate, type Region, random } from '../mutations.ts';
import { fixtureBytes } from './sources.ts';

const ROUNDS = 100;

/** The bytes that decide something: mutations of tensor data would only change numbers. */
function structure(file: string, bytes: Uint8Array): Region[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (file.split('.').at(-1)) {
    case 'safetensors': {
      const header = { start: 8, end: 8 + Number(view.getBigUint64(0, true)) };
      return [{ start: 0, end: 9 }, header, header];
    }
    case 'pdparams':
      // Opcodes lie between arrays; the small arrays at the end of the network make it dense there.
      return [
        { start: 0, end: 240 },
        { start: 0, end: bytes.length },
        { start: bytes.length - 8000, end: bytes.length },
      ];
    case 'h5':
      return [{ start: 0, end: 2000 }, ...places(bytes, ['TREE', 'SNOD', 'HEAP', 'GCOL'], 400)];
    default:
      break;
  }
  if (view.getUint32(0, true) === 0x04034b50) {
    const directory = view.getUint32(bytes.length - 6, true);
    return [
      { start: 0, end: 20_000 },
      { start: directory, end: bytes.length },
      { start: bytes.length - 98, end: bytes.length },
    ];
  }
  // PyTorch's older layout: five pickles, then counts before data.
  return [
    { start: 0, end: 140 },
    { start: 137, end: 28_600 },
  ];
}

/** Where the signatures of HDF5's structures stand, each with what follows. */
function places(bytes: Uint8Array, signatures: readonly string[], length: number): Region[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Region[] = [];
  for (const signature of signatures)
    for (let at = text.indexOf(signature); at >= 0; at = text.indexOf(signature, at + 1))
      found.push({ start: at, end: Math.min(bytes.length, at + length) });
  return found;
}

/** Notes how much is asked for: what a reader reads is what it allocates. */
class CountingSource extends MemorySource {
  bytesRead = 0;

  override read(range: ByteRange): Promise<Uint8Array> {
    this.bytesRead += Math.max(0, range.end - range.start);
    return super.read(range);
  }
}

/** An index whose every tensor can be read, or the refusal's code. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const source = new CountingSource('fuzzed', bytes);
  try {
    const { tensors } = await openCheckpoint(source);
    // Pages and windows overlap a little, so an index may read some bytes twice.
    if (source.bytesRead > 2 * bytes.length + 100_000) throw new Error(`${source.bytesRead} bytes were read`);
    for (const entry of tensors.values()) await readTensor(source, entry);
    return 'read';
  } catch (error) {
    if (error instanceof CheckpointError) return error.code;
    throw error;
  }
}

describe.each([
  'official.safetensors',
  'official-zip.pth',
  'official-strided-views.pth',
  'training-checkpoint.pth',
  'official-half.pth',
  'official-bfloat16.pth',
  'hf-pytorch_model.bin',
  'hf-model.safetensors',
  'official-legacy.pth',
  'paddlevit-p2.pdparams',
  'paddlevit-p4.pdparams',
  'passl-p4.pdparams',
  'cvt-tensorflow.h5',
])('%s', (file) => {
  test(`${ROUNDS} mutations end in an index or a CheckpointError`, async () => {
    const original = fixtureBytes(file);
    const regions = structure(file, original);
    const seen = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const mutated = mutate(original, regions, random(round));
      const result = await outcome(mutated).catch((error: unknown) => {
        throw new Error(`Round ${round} of ${file} ended in ${error}.`, { cause: error });
      });
      seen.set(result, (seen.get(result) ?? 0) + 1);
    }
    // The mutations must matter: some files stay readable, others fail in several ways.
    expect(seen.size, JSON.stringify([...seen])).toBeGreaterThanOrEqual(4);
  });
});
