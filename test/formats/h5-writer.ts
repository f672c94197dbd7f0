import h5wasm, { type File, type Group } from 'h5wasm';

/** Where h5wasm keeps files in memory. */
const PATH = 'made.h5';

interface Options {
  readonly libver: 'latest' | 'v108' | ['earliest', 'latest'];
}

/** What TensorFlow's h5py writes: the layout that every HDF5 library reads. */
const EARLIEST: Options = { libver: ['earliest', 'latest'] };

/** A file as the HDF5 library itself writes it. */
export async function h5(build: (file: File) => void, options: Options = EARLIEST): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File(PATH, 'w', options);
  try {
    build(file);
  } finally {
    file.close();
  }
  const bytes = Uint8Array.from(FS.readFile(PATH));
  FS.unlink(PATH);
  return bytes;
}

/** Reads a file by the HDF5 library, as a witness. */
export async function readByLibrary<T>(bytes: Uint8Array, read: (file: File) => T): Promise<T> {
  const { FS } = await h5wasm.ready;
  FS.writeFile(PATH, bytes);
  const file = new h5wasm.File(PATH, 'r');
  try {
    return read(file);
  } finally {
    file.close();
    FS.unlink(PATH);
  }
}

/** A list of names, of fixed length as numpy writes it. */
export function names(of: File | Group, attribute: string, values: readonly string[]): void {
  of.create_attribute(attribute, [...values], null, `S${Math.max(1, ...values.map((value) => value.length))}`);
}

/** A layer `layer` of one weight `w/kernel:0`, made by `weight`. */
export function layer(file: File, name: string, weight: (group: Group) => void): void {
  names(file, 'layer_names', [name]);
  const group = file.create_group(name);
  names(group, 'weight_names', ['w/kernel:0']);
  weight(group.create_group('w'));
}
