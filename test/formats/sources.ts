import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ByteRange, type ByteSource, checkRange, MemorySource } from '../../models/bytes/byte-source.ts';

export interface Segment {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A file of any size of which only some segments were written; zero elsewhere. Notes what is read. */
export class SparseSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly reads: ByteRange[] = [];
  readonly #segments: readonly Segment[];

  constructor(name: string, size: number, segments: readonly Segment[]) {
    this.name = name;
    this.size = size;
    this.#segments = segments;
  }

  get bytesRead(): number {
    return this.reads.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  async read(range: ByteRange): Promise<Uint8Array> {
    checkRange(this, range);
    this.reads.push(range);
    const bytes = new Uint8Array(range.end - range.start);
    for (const segment of this.#segments) {
      const start = Math.max(range.start, segment.offset);
      const end = Math.min(range.end, segment.offset + segment.bytes.length);
      if (start < end)
        bytes.set(segment.bytes.subarray(start - segment.offset, end - segment.offset), start - range.start);
    }
    return bytes;
  }

  /** Everything as one array; for small files. */
  async bytes(): Promise<Uint8Array> {
    return this.read({ start: 0, end: this.size });
  }
}

export function fixtureBytes(name: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
}

export function fixture(name: string): MemorySource {
  return new MemorySource(basename(name), fixtureBytes(name));
}
