import type { ByteRange } from '../../bytes/byte-source.ts';
import { type Hdf5Datatype, readDataspace, readDatatype } from './datatype.ts';
import { contentOf, type HeaderMessage, MESSAGE } from './object-header.ts';
import { readAddress, type Structure } from './structure.ts';

const LAYOUT_COMPACT = 0;
const LAYOUT_CONTIGUOUS = 1;
const LAYOUT_CHUNKED = 2;

/** A dataset whose elements lie in one piece, row-major. */
export interface Hdf5Dataset {
  readonly datatype: Hdf5Datatype;
  readonly shape: readonly number[];
  readonly range: ByteRange;
}

/** @throws CheckpointError `unsupported` where the data is chunked, compressed or in other files; `corrupt`, `truncated` */
export function readDataset(structure: Structure, messages: readonly HeaderMessage[], name: string): Hdf5Dataset {
  const message = (type: number): HeaderMessage => {
    const found = messages.find((candidate) => candidate.type === type);
    if (!found) throw structure.error('corrupt', `${name} is no dataset`);
    return found;
  };
  const datatype = readDatatype(structure, contentOf(structure, message(MESSAGE.datatype)));
  const shape = readDataspace(structure, contentOf(structure, message(MESSAGE.dataspace)));
  if (shape === null) throw structure.error('corrupt', `${name} has no elements`);
  if (messages.some(({ type }) => type === MESSAGE.externalFiles))
    throw structure.error('unsupported', `the data of ${name} lies in another file`);
  if (messages.some(({ type }) => type === MESSAGE.filters))
    throw structure.error('unsupported', `${name} is compressed`);
  return { datatype, shape, range: readLayout(structure, message(MESSAGE.layout), name) };
}

/** Data layout message, versions 3 and 4, which say the same of data in one piece. */
function readLayout(structure: Structure, message: HeaderMessage, name: string): ByteRange {
  const cursor = contentOf(structure, message);
  const version = cursor.u8();
  if (version !== 3 && version !== 4)
    throw structure.error('unsupported', `the layout of ${name} is of version ${version}`);
  switch (cursor.u8()) {
    case LAYOUT_COMPACT: {
      const length = cursor.u16();
      const start = cursor.offset;
      cursor.skip(length);
      return { start, end: start + length };
    }
    case LAYOUT_CONTIGUOUS: {
      const start = readAddress(cursor);
      const length = cursor.u64();
      if (start === null) throw structure.error('corrupt', `${name} was never written`);
      return { start, end: start + length };
    }
    case LAYOUT_CHUNKED:
      throw structure.error('unsupported', `${name} is stored in chunks`);
    default:
      throw structure.error('unsupported', `${name} is stored in a way that is not read`);
  }
}
