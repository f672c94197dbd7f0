import type { Cursor } from '../../bytes/cursor.ts';
import type { Structure } from './structure.ts';

/** Datatype classes: HDF5 File Format Specification 3.0, IV.A.2.d. */
const CLASS_INTEGER = 0;
const CLASS_FLOAT = 1;
const CLASS_STRING = 3;
const CLASS_VARIABLE = 9;
const VARIABLE_STRING = 1;

/** What an element is, as far as checkpoints need it. */
export type Hdf5Datatype =
  | { readonly kind: 'float' | 'int' | 'uint'; readonly bytes: number; readonly isBigEndian: boolean }
  | { readonly kind: 'string'; readonly bytes: number }
  /** A reference to a string in a global heap. */
  | { readonly kind: 'variable-string'; readonly bytes: number }
  | { readonly kind: 'other'; readonly bytes: number };

/** IEEE 754: exponent location and size, fraction size, bias, by the number of bytes. */
const IEEE: ReadonlyMap<number, string> = new Map([
  [2, '10,5,10,15'],
  [4, '23,8,23,127'],
  [8, '52,11,52,1023'],
]);

/** Reads the datatype at the cursor, which may be followed by more. */
export function readDatatype(structure: Structure, cursor: Cursor): Hdf5Datatype {
  const head = cursor.u8();
  const flags = cursor.u8();
  cursor.skip(2);
  const bytes = cursor.u32();
  if (bytes === 0) throw structure.error('corrupt', 'an element type has no size');
  const isBigEndian = (flags & 1) !== 0;
  switch (head & 0x0f) {
    case CLASS_INTEGER:
      return { kind: (flags & 8) !== 0 ? 'int' : 'uint', bytes, isBigEndian };
    case CLASS_FLOAT: {
      cursor.skip(4);
      const [exponentAt, exponentBits, , fractionBits] = [cursor.u8(), cursor.u8(), cursor.u8(), cursor.u8()];
      const layout = [exponentAt, exponentBits, fractionBits, cursor.u32()].join(',');
      return IEEE.get(bytes) === layout ? { kind: 'float', bytes, isBigEndian } : { kind: 'other', bytes };
    }
    case CLASS_STRING:
      return { kind: 'string', bytes };
    case CLASS_VARIABLE:
      return { kind: (flags & 0x0f) === VARIABLE_STRING ? 'variable-string' : 'other', bytes };
    default:
      return { kind: 'other', bytes };
  }
}

/** Dimensions of a dataset or attribute; none for a scalar, null for a dataspace without elements. */
export function readDataspace(structure: Structure, cursor: Cursor): readonly number[] | null {
  const version = cursor.u8();
  const rank = cursor.u8();
  cursor.skip(1);
  if (version !== 1 && version !== 2) throw structure.error('unsupported', `a shape is written in version ${version}`);
  const isNull = version === 2 && cursor.u8() === 2;
  if (version === 1) cursor.skip(5);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) shape.push(cursor.u64());
  return isNull ? null : shape;
}
