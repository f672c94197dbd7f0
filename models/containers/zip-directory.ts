import type { ByteSource } from '../bytes/byte-source.ts';
import { Cursor } from '../bytes/cursor.ts';
import { printable } from '../bytes/printable.ts';
import { CheckpointError } from '../errors.ts';
import { findZipEnd, type ZipEnd } from './zip-end.ts';

/** Limits far beyond any checkpoint (CvT-W24 has about 1,500 entries in 150 KB) that keep a false size from taking the memory. */
export const MAX_DIRECTORY_BYTES = 16 * 2 ** 20;
export const MAX_ENTRIES = 1 << 16;
/** torch's names are `archive/data/N`; the archive is named after the file, which no file system lets grow beyond 255 bytes. */
export const MAX_NAME_BYTES = 1024;

/** Central directory header: PKWARE APPNOTE 6.3.10, section 4.3.12. */
const HEADER_SIGNATURE = 0x02014b50;
const HEADER_BYTES = 46;
const ZIP64_EXTRA = 0x0001;
const SENTINEL_32 = 0xffffffff;
/** General-purpose flags: encrypted, strongly encrypted, local header masked. */
const FLAGS_ENCRYPTED = (1 << 0) | (1 << 6) | (1 << 13);

export const METHOD_STORED = 0;

export interface ZipEntry {
  readonly name: string;
  /** Length of the name in the file. */
  readonly nameBytes: number;
  /** 0 is stored, 8 deflated. */
  readonly method: number;
  /** In bytes, as is `size`. Local headers may say 0; these are the sizes that count. */
  readonly compressedSize: number;
  readonly size: number;
  /** Where in the file the entry's local header lies; its data comes after. */
  readonly headerOffset: number;
}

export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Where in the file the directory begins: all entries' data lies before. */
  readonly start: number;
}

/**
 * The directory of a zip file. Two or three small reads at the file's end; no entry's data is touched.
 * @throws CheckpointError `truncated`, `corrupt`, `too-large`; `unsupported` for encrypted and multi-part files
 */
export async function readZipDirectory(source: ByteSource, signal?: AbortSignal): Promise<ZipDirectory> {
  const end = await findZipEnd(source, signal);
  checkLimits(source, end);
  const start = end.directoryStart;
  const bytes = await source.read({ start, end: start + end.directoryBytes }, signal);
  const cursor = new Cursor(bytes, source.name, start);
  const entries = new Map<string, ZipEntry>();
  for (let i = 0; i < end.entryCount; i++) {
    const entry = readEntry(source, cursor);
    if (entries.has(entry.name))
      throw new CheckpointError('corrupt', `${source.name}: the zip directory lists ${printable(entry.name)} twice.`);
    if (entry.headerOffset + entry.compressedSize > start)
      throw new CheckpointError(
        'corrupt',
        `${source.name}: the entry ${printable(entry.name)} reaches into the zip directory.`,
      );
    entries.set(entry.name, entry);
  }
  return { entries, start };
}

function checkLimits(source: ByteSource, { directoryBytes, entryCount }: ZipEnd): void {
  if (directoryBytes > MAX_DIRECTORY_BYTES || entryCount > MAX_ENTRIES)
    throw new CheckpointError(
      'too-large',
      `${source.name}: a zip directory of ${directoryBytes} bytes with ${entryCount} entries is more than is read ` +
        `(${MAX_DIRECTORY_BYTES} bytes, ${MAX_ENTRIES} entries).`,
    );
  if (entryCount * HEADER_BYTES > directoryBytes)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: ${entryCount} entries do not fit in a zip directory of ${directoryBytes} bytes.`,
    );
}

function readEntry(source: ByteSource, cursor: Cursor): ZipEntry {
  const at = cursor.offset;
  if (cursor.u32() !== HEADER_SIGNATURE)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: there is no zip directory entry at byte ${at}, where one is announced.`,
    );
  cursor.skip(4); // versions
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.skip(8); // time, date, CRC
  const compressedSize = cursor.u32();
  const size = cursor.u32();
  const nameBytes = cursor.u16();
  const extraBytes = cursor.u16();
  const commentBytes = cursor.u16();
  const disk = cursor.u16();
  cursor.skip(6); // attributes
  const headerOffset = cursor.u32();
  if (nameBytes > MAX_NAME_BYTES)
    throw new CheckpointError(
      'too-large',
      `${source.name}: the zip entry at byte ${at} has a name of ${nameBytes} bytes.`,
    );
  const name = new TextDecoder('utf-8', { ignoreBOM: true }).decode(cursor.bytes(nameBytes));
  if ((flags & FLAGS_ENCRYPTED) !== 0)
    throw new CheckpointError(
      'unsupported',
      `${source.name}: ${printable(name)} is encrypted. Unpack the file and save it without a password.`,
    );
  const extra = new Cursor(cursor.bytes(extraBytes), source.name, cursor.offset - extraBytes);
  cursor.skip(commentBytes);
  if (disk !== 0 && disk !== 0xffff)
    throw new CheckpointError(
      'unsupported',
      `${source.name}: ${printable(name)} lies in another part of this zip file. Join the parts first.`,
    );
  return { name, nameBytes, method, ...wideFields(extra, { size, compressedSize, headerOffset }) };
}

interface WideFields {
  readonly size: number;
  readonly compressedSize: number;
  readonly headerOffset: number;
}

/** Fields that do not fit in 32 bits stand, in this order, in the zip64 extra field (APPNOTE 4.5.3). */
function wideFields(extra: Cursor, narrow: WideFields): WideFields {
  const isWide = (value: number) => value === SENTINEL_32;
  if (!isWide(narrow.size) && !isWide(narrow.compressedSize) && !isWide(narrow.headerOffset)) return narrow;
  while (extra.remaining >= 4) {
    const id = extra.u16();
    const length = extra.u16();
    if (id !== ZIP64_EXTRA) {
      extra.skip(length);
      continue;
    }
    const size = isWide(narrow.size) ? extra.u64() : narrow.size;
    const compressedSize = isWide(narrow.compressedSize) ? extra.u64() : narrow.compressedSize;
    const headerOffset = isWide(narrow.headerOffset) ? extra.u64() : narrow.headerOffset;
    return { size, compressedSize, headerOffset };
  }
  return narrow;
}
