import { describe, expect, test } from 'vitest';
import { type ByteRange, MemorySource } from '../../models/bytes/byte-source.ts';
import { CheckpointError } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import { fixtureBytes } from './sources.ts';

const ROUNDS = 100;

/** Mulberry32: small, seeded, the same everywhere. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

interface Region {
  readonly start: number;
  readonly end: number;
}

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

/** What breaks readers: flipped bits, extreme bytes, numbers off by one, pieces copied over others, cuts and repeats. */
function mutate(original: Uint8Array, regions: readonly Region[], next: (below: number) => number): Uint8Array {
  const bytes = Uint8Array.from(original);
  const place = () => {
    const { start, end } = regions[next(regions.length)]!;
    return start + next(end - start);
  };
  for (let i = 1 + next(4); i > 0; i--) {
    const at = place();
    switch (next(6)) {
      case 0:
        bytes[at]! ^= 1 << next(8);
        break;
      case 1:
        bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 0x2e, 0x28, 0x52][next(8)]!;
        break;
      case 2:
        bytes[at]! += next(2) === 0 ? 1 : 255;
        break;
      case 3:
        bytes.fill(0xff, at, at + 1 + next(8));
        break;
      case 4: {
        const from = place();
        bytes.copyWithin(at, from, from + 1 + next(32));
        break;
      }
      case 5: {
        const removed = 1 + next(16);
        bytes.copyWithin(at, at + removed);
        break;
      }
    }
  }
  return next(12) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
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
