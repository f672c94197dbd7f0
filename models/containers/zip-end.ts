import type { ByteSource } from '../bytes/byte-source.ts';
import { Cursor } from '../bytes/cursor.ts';
import { CheckpointError } from '../errors.ts';

/** Record layouts: PKWARE APPNOTE 6.3.10, sections 4.3.14 to 4.3.16. */
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_BYTES = 56;
/** The comment after the end record has a 16-bit length, so the record begins no earlier than this from the end. */
const MAX_COMMENT_BYTES = 0xffff;

/** Where the central directory lies. */
export interface ZipEnd {
  readonly directoryStart: number;
  readonly directoryBytes: number;
  readonly entryCount: number;
}

/**
 * Finds the end-of-central-directory record, and its zip64 form where there is one.
 * @throws CheckpointError `truncated` where there is none (it is the last thing in a file), `corrupt`, `unsupported`
 */
export async function findZipEnd(source: ByteSource, signal?: AbortSignal): Promise<ZipEnd> {
  const at = await findEndRecord(source, signal);
  const start = Math.max(0, at - ZIP64_LOCATOR_BYTES);
  const cursor = new Cursor(await source.read({ start, end: at + END_BYTES }, signal), source.name, start);

  if (at - start === ZIP64_LOCATOR_BYTES) {
    if (cursor.u32() === ZIP64_LOCATOR_SIGNATURE) {
      const disk = cursor.u32();
      const endAt = cursor.u64();
      if (disk !== 0 || cursor.u32() > 1) throw multiDisk(source);
      return readZip64End(source, endAt, start, signal);
    }
    cursor.skip(ZIP64_LOCATOR_BYTES - 4);
  } else cursor.skip(at - start);

  cursor.skip(4);
  const disks = [cursor.u16(), cursor.u16()];
  const entriesHere = cursor.u16();
  const entryCount = cursor.u16();
  const directoryBytes = cursor.u32();
  const directoryStart = cursor.u32();
  if (disks.some((disk) => disk !== 0) || entriesHere !== entryCount) throw multiDisk(source);
  return checkEnd(source, { directoryStart, directoryBytes, entryCount }, at);
}

async function readZip64End(source: ByteSource, at: number, locatorAt: number, signal?: AbortSignal): Promise<ZipEnd> {
  if (at + ZIP64_END_BYTES > locatorAt)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: the zip64 end record would lie at byte ${at}, outside the file.`,
    );
  const bytes = await source.read({ start: at, end: at + ZIP64_END_BYTES }, signal);
  const cursor = new Cursor(bytes, source.name, at);
  if (cursor.u32() !== ZIP64_END_SIGNATURE)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: there is no zip64 end record at byte ${at}, where one is announced.`,
    );
  cursor.skip(12); // its own size and the versions
  const disks = [cursor.u32(), cursor.u32()];
  const entriesHere = cursor.u64();
  const entryCount = cursor.u64();
  const directoryBytes = cursor.u64();
  const directoryStart = cursor.u64();
  if (disks.some((disk) => disk !== 0) || entriesHere !== entryCount) throw multiDisk(source);
  return checkEnd(source, { directoryStart, directoryBytes, entryCount }, at);
}

/** torch writes no comment, so the last 22 bytes nearly always are the record; only otherwise is it searched for. */
async function findEndRecord(source: ByteSource, signal?: AbortSignal): Promise<number> {
  for (const reach of [END_BYTES, END_BYTES + MAX_COMMENT_BYTES]) {
    const start = Math.max(0, source.size - reach);
    const tail = await source.read({ start, end: source.size }, signal);
    const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
    for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
      const commentBytes = tail.byteLength - at - END_BYTES;
      if (view.getUint32(at, true) === END_SIGNATURE && view.getUint16(at + 20, true) === commentBytes)
        return start + at;
    }
  }
  throw new CheckpointError(
    'truncated',
    `${source.name}: the directory at the end of this zip file is missing. The file is incomplete; get it again.`,
  );
}

function checkEnd(source: ByteSource, end: ZipEnd, limit: number): ZipEnd {
  if (end.directoryStart + end.directoryBytes > limit)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: the zip directory would take bytes ${end.directoryStart} to ${end.directoryStart + end.directoryBytes}, ` +
        `but its end record is at byte ${limit}. The file is damaged; get it again.`,
    );
  return end;
}

function multiDisk(source: ByteSource): CheckpointError {
  return new CheckpointError('unsupported', `${source.name}: this zip file is one part of several. Join them first.`);
}
