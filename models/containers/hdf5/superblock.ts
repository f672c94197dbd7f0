import type { ByteSource } from '../../bytes/byte-source.ts';
import { CheckpointError } from '../../errors.ts';
import { readAddress, type Structure } from './structure.ts';

/** `\x89HDF\r\n\x1a\n` */
export const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Version 0's length; version 1 has four more bytes before the addresses. */
const SUPERBLOCK_BYTES = 96;
const ADDRESS_BYTES = 8;

/** Whether the file begins as an HDF5 file does. */
export async function isHdf5(source: ByteSource, signal?: AbortSignal): Promise<boolean> {
  if (source.size < HDF5_SIGNATURE.length) return false;
  const head = await source.read({ start: 0, end: HDF5_SIGNATURE.length }, signal);
  return HDF5_SIGNATURE.every((byte, i) => head[i] === byte);
}

/**
 * Where the root group's header lies. HDF5 File Format Specification 3.0, II.A, versions 0 and 1: what HDF5 writes unless it
 * is told to use its latest layout.
 * @throws CheckpointError `unsupported`, `truncated`, `corrupt`
 */
export async function readSuperblock(structure: Structure): Promise<number> {
  const cursor = await structure.at(0, Math.min(structure.source.size, SUPERBLOCK_BYTES + 4));
  cursor.skip(HDF5_SIGNATURE.length);
  const version = cursor.u8();
  if (version > 1) throw structure.error('unsupported', `the layout is of version ${version}; 0 and 1 are read`);
  cursor.skip(4);
  if (cursor.u8() !== ADDRESS_BYTES || cursor.u8() !== ADDRESS_BYTES)
    throw structure.error('unsupported', 'addresses or lengths do not have 8 bytes');
  cursor.skip(9 + (version === 1 ? 4 : 0));
  const base = readAddress(cursor);
  cursor.skip(8);
  const end = readAddress(cursor);
  cursor.skip(8 + 8);
  const root = readAddress(cursor);
  if (base !== 0) throw structure.error('unsupported', 'addresses do not count from the start of the file');
  if (end === null || root === null) throw structure.error('corrupt', 'the root group has no address');
  if (end > structure.source.size)
    throw new CheckpointError(
      'truncated',
      `${structure.source.name}: the file should have ${end} bytes, but has ${structure.source.size}. It is incomplete; get it again.`,
    );
  return root;
}
