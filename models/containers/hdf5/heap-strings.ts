import type { Cursor } from '../../bytes/cursor.ts';
import { MAX_HEAP_BYTES } from './limits.ts';
import { readAddress, type Structure } from './structure.ts';

const COLLECTION_HEADER_BYTES = 16;
const OBJECT_HEADER_BYTES = 16;

/** Strings of variable length, which lie in global heap collections (HDF5 File Format Specification 3.0, III.E). */
export class HeapStrings {
  readonly #structure: Structure;
  readonly #collections = new Map<number, Promise<ReadonlyMap<number, Uint8Array>>>();

  constructor(structure: Structure) {
    this.#structure = structure;
  }

  /** The bytes that the element at `cursor` refers to: their length, a collection's address, an index in it. */
  async next(cursor: Cursor): Promise<Uint8Array> {
    const length = cursor.u32();
    const address = readAddress(cursor);
    const index = cursor.u32();
    if (length === 0) return new Uint8Array();
    if (address === null) throw this.#structure.error('corrupt', 'a string has no address');
    const known = this.#collections.get(address);
    const collection = known ?? this.#read(address);
    if (!known) this.#collections.set(address, collection);
    const bytes = (await collection).get(index);
    if (!bytes || bytes.length < length) throw this.#structure.error('corrupt', 'a string is not where it should be');
    return bytes.subarray(0, length);
  }

  async #read(address: number): Promise<ReadonlyMap<number, Uint8Array>> {
    const header = await this.#structure.at(address, COLLECTION_HEADER_BYTES);
    this.#structure.expect(header, 'GCOL', 'heap of strings');
    header.skip(4);
    const size = header.u64();
    if (size < COLLECTION_HEADER_BYTES || size > MAX_HEAP_BYTES)
      throw this.#structure.error('too-large', `a heap of strings takes ${size} bytes`);
    const body = await this.#structure.at(address + COLLECTION_HEADER_BYTES, size - COLLECTION_HEADER_BYTES);
    const objects = new Map<number, Uint8Array>();
    while (body.remaining >= OBJECT_HEADER_BYTES) {
      const index = body.u16();
      body.skip(6);
      const length = body.u64();
      // Index 0 is the free space at the end.
      if (index === 0) break;
      objects.set(index, body.bytes(length));
      body.skip(Math.min(-length & 7, body.remaining));
    }
    return objects;
  }
}
