import { Cursor } from '../../bytes/cursor.ts';
import { printable } from '../../bytes/printable.ts';
import { readDataspace, readDatatype } from './datatype.ts';
import { HeapStrings } from './heap-strings.ts';
import { contentOf, type HeaderMessage, MESSAGE } from './object-header.ts';
import type { Structure } from './structure.ts';

/** Datatype or dataspace are kept elsewhere, shared. */
const FLAGS_SHARED = 0x03;

/**
 * The strings of the attribute `name`, of fixed or variable length; null where the object has no such attribute.
 * @throws CheckpointError `unsupported`, `corrupt`, `too-large`, `truncated`
 */
export async function readStrings(
  structure: Structure,
  messages: readonly HeaderMessage[],
  name: string,
): Promise<readonly string[] | null> {
  for (const message of messages)
    if (message.type === MESSAGE.attribute) {
      const attribute = openAttribute(structure, message);
      if (attribute.name === name) return strings(structure, attribute);
    }
  return null;
}

interface Attribute {
  readonly name: string;
  readonly datatype: Uint8Array;
  readonly dataspace: Uint8Array;
  readonly data: Cursor;
}

/** Attribute message: HDF5 File Format Specification 3.0, IV.A.2.m. Version 1 pads each part to 8 bytes. */
function openAttribute(structure: Structure, message: HeaderMessage): Attribute {
  const cursor = contentOf(structure, message);
  const version = cursor.u8();
  if (version < 1 || version > 3) throw structure.error('unsupported', `an attribute is written in version ${version}`);
  const flags = cursor.u8();
  if (version > 1 && (flags & FLAGS_SHARED) !== 0)
    throw structure.error('unsupported', 'an attribute has a shared type');
  const lengths = [cursor.u16(), cursor.u16(), cursor.u16()];
  if (version === 3) cursor.skip(1);
  const [name, datatype, dataspace] = lengths.map((length) => {
    const part = cursor.bytes(length);
    if (version === 1) cursor.skip(-length & 7);
    return part;
  });
  return { name: text(structure, untilNul(name!)), datatype: datatype!, dataspace: dataspace!, data: cursor };
}

async function strings(structure: Structure, attribute: Attribute): Promise<readonly string[]> {
  const { name, data } = attribute;
  const part = (bytes: Uint8Array) => new Cursor(bytes, structure.source.name, data.offset);
  const datatype = readDatatype(structure, part(attribute.datatype));
  const shape = readDataspace(structure, part(attribute.dataspace)) ?? [0];
  const count = shape.reduce((product, size) => product * size, 1);
  if (datatype.kind !== 'string' && datatype.kind !== 'variable-string')
    throw structure.error('corrupt', `the attribute ${printable(name)} is no text`);
  if (count * datatype.bytes > data.remaining)
    throw structure.error('corrupt', `the attribute ${printable(name)} is longer than its place`);
  const heap = new HeapStrings(structure);
  const values: string[] = [];
  for (let i = 0; i < count; i++) {
    const bytes =
      datatype.kind === 'string'
        ? untilNul(data.bytes(datatype.bytes))
        : await heap.next(part(data.bytes(datatype.bytes)));
    values.push(text(structure, bytes));
  }
  return values;
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function text(structure: Structure, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw structure.error('corrupt', 'a text is not UTF-8');
  }
}
