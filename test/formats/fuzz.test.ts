import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
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
function structure(bytes: Uint8Array): Region[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0x04034b50) {
    const header = { start: 8, end: 8 + Number(view.getBigUint64(0, true)) };
    return [{ start: 0, end: 9 }, header, header];
  }
  const directory = view.getUint32(bytes.length - 6, true);
  return [
    { start: 0, end: 20_000 },
    { start: directory, end: bytes.length },
    { start: bytes.length - 98, end: bytes.length },
  ];
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

/** An index whose every tensor can be read, or the refusal's code. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const source = new MemorySource('fuzzed', bytes);
  try {
    const { tensors } = await openCheckpoint(source);
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
  'hf-pytorch_model.bin',
])('%s', (file) => {
  test(`${ROUNDS} mutations end in an index or a CheckpointError`, async () => {
    const original = fixtureBytes(file);
    const regions = structure(original);
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
