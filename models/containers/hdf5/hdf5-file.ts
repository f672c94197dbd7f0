import type { ByteSource } from '../../bytes/byte-source.ts';
import { printable } from '../../bytes/printable.ts';
import { readStrings } from './attribute.ts';
import { type Hdf5Dataset, readDataset } from './dataset.ts';
import { readGroup } from './group.ts';
import { MAX_PATH_PARTS } from './limits.ts';
import { type HeaderMessage, readObjectHeader } from './object-header.ts';
import { Structure } from './structure.ts';
import { readSuperblock } from './superblock.ts';

/**
 * An HDF5 file in the layout that the library writes by default, as far as Keras uses it: groups, text attributes, datasets in
 * one piece. Reads structure only and says where data lies, which the HDF5 library (h5wasm) does not: it wants the file whole
 * and in memory, synchronously, and a damaged one leaves its single instance beyond repair.
 */
export class Hdf5File {
  readonly #structure: Structure;
  readonly #root: number;
  readonly #headers = new Map<number, Promise<readonly HeaderMessage[]>>();
  readonly #groups = new Map<number, Promise<ReadonlyMap<string, number>>>();

  private constructor(structure: Structure, root: number) {
    this.#structure = structure;
    this.#root = root;
  }

  /** @throws CheckpointError `unsupported`, `truncated`, `corrupt`; CancelledError */
  static async open(source: ByteSource, signal?: AbortSignal): Promise<Hdf5File> {
    const structure = new Structure(source, signal);
    return new Hdf5File(structure, await readSuperblock(structure));
  }

  /** The text attribute `name` of the object at `path` (names from the root); null where it has none. */
  async strings(path: readonly string[], name: string): Promise<readonly string[] | null> {
    return readStrings(this.#structure, await this.#header(await this.#find(path)), name);
  }

  /** @throws CheckpointError `missing-tensor` where nothing has this path, and as {@link readDataset} */
  async dataset(path: readonly string[]): Promise<Hdf5Dataset> {
    return readDataset(this.#structure, await this.#header(await this.#find(path)), printable(path.join('/')));
  }

  async #find(path: readonly string[]): Promise<number> {
    if (path.length > MAX_PATH_PARTS)
      throw this.#structure.error('too-large', `a name has more than ${MAX_PATH_PARTS} parts`);
    let address = this.#root;
    for (const part of path) {
      const next = (await this.#group(address)).get(part);
      if (next === undefined)
        throw this.#structure.error('missing-tensor', `there is no ${printable(path.join('/'))}, which it announces`);
      address = next;
    }
    return address;
  }

  #header(address: number): Promise<readonly HeaderMessage[]> {
    return remembered(this.#headers, address, () => readObjectHeader(this.#structure, address));
  }

  #group(address: number): Promise<ReadonlyMap<string, number>> {
    return remembered(this.#groups, address, async () => readGroup(this.#structure, await this.#header(address)));
  }
}

function remembered<T>(known: Map<number, Promise<T>>, key: number, make: () => Promise<T>): Promise<T> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
