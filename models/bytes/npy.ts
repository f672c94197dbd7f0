const MAGIC = [0x93, ...ascii('NUMPY')];
const VERSION = [1, 0];
/** The array starts at a multiple of this, so that it can be mapped into memory. */
const ALIGNMENT = 64;
const LENGTH_BYTES = 2;

/**
 * An array as NumPy's `.npy` file, version 1.0: float32, little-endian, C order
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 * @param values row-major, as many as `shape` asks for
 * @throws RangeError where they are not
 */
export function writeNpy(values: Float32Array, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, side) => product * side, 1);
  if (count !== values.length) throw new RangeError(`${values.length} values do not fill [${shape.join(', ')}].`);

  // A tuple of one is written with a comma behind it.
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const before = MAGIC.length + VERSION.length + LENGTH_BYTES;
  const start = Math.ceil((before + description.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = `${description.padEnd(start - before - 1)}\n`;

  const file = new Uint8Array(start + count * Float32Array.BYTES_PER_ELEMENT);
  const view = new DataView(file.buffer);
  file.set([...MAGIC, ...VERSION]);
  view.setUint16(MAGIC.length + VERSION.length, header.length, true);
  file.set(ascii(header), before);
  for (let i = 0; i < count; i++) view.setFloat32(start + i * Float32Array.BYTES_PER_ELEMENT, values[i]!, true);
  return file;
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
