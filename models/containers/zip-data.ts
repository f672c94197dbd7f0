import type { ByteRange, ByteSource } from '../bytes/byte-source.ts';
import { Cursor } from '../bytes/cursor.ts';
import { printable } from '../bytes/printable.ts';
import { CheckpointError } from '../errors.ts';
import { METHOD_STORED, type ZipDirectory, type ZipEntry } from './zip-directory.ts';

/** Local file header: PKWARE APPNOTE 6.3.10, section 4.3.7. */
const HEADER_SIGNATURE = 0x04034b50;
const HEADER_BYTES = 30;

/**
 * Where the bytes of a stored entry lie in the file. Reads the entry's local header: its extra field pads the data to an
 * alignment and differs from the directory's.
 * @throws CheckpointError `unsupported` where the entry is compressed; `corrupt`
 */
export async function zipDataRange(
  source: ByteSource,
  directory: ZipDirectory,
  entry: ZipEntry,
  signal?: AbortSignal,
): Promise<ByteRange> {
  if (entry.method !== METHOD_STORED)
    throw new CheckpointError(
      'unsupported',
      `${source.name}: ${printable(entry.name)} is compressed inside the zip file, so it cannot be read in place. ` +
        'Load the checkpoint in PyTorch and write it again with torch.save.',
    );
  if (entry.compressedSize !== entry.size)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: ${printable(entry.name)} is stored as it is but has two sizes, ${entry.compressedSize} and ${entry.size}.`,
    );
  const headerEnd = entry.headerOffset + HEADER_BYTES + entry.nameBytes;
  if (headerEnd > directory.start) throw outside(source, entry);
  const bytes = await source.read({ start: entry.headerOffset, end: headerEnd }, signal);
  const cursor = new Cursor(bytes, source.name, entry.headerOffset);
  const signature = cursor.u32();
  cursor.skip(22); // version, flags, method, time, CRC and the sizes, which may be 0 here
  const nameBytes = cursor.u16();
  const extraBytes = cursor.u16();
  const name = new TextDecoder('utf-8', { ignoreBOM: true }).decode(cursor.bytes(entry.nameBytes));
  if (signature !== HEADER_SIGNATURE || nameBytes !== entry.nameBytes || name !== entry.name)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: ${printable(entry.name)} is not at byte ${entry.headerOffset}, where the zip directory has it. The file is damaged; get it again.`,
    );
  const start = headerEnd + extraBytes;
  const end = start + entry.size;
  if (end > directory.start) throw outside(source, entry);
  return { start, end };
}

function outside(source: ByteSource, entry: ZipEntry): CheckpointError {
  return new CheckpointError(
    'corrupt',
    `${source.name}: the entry ${printable(entry.name)} reaches into the zip directory.`,
  );
}
