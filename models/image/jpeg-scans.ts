import type { ByteSource } from '../bytes/byte-source.ts';

const WINDOW_BYTES = 1 << 20;
const MARKER = 0xff;
const STUFFING = 0x00;
const TEMPORARY = 0x01;
const FIRST_RESTART = 0xd0;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** A marker and the length behind it. */
const SEGMENT_PREFIX = 4;

/**
 * How many scans a JPEG has, counted up to `most` + 1. There may be thousands in a small file: one that says nothing takes a few
 * bytes, and a pass over all of the picture. Embedded thumbnails and what follows the picture's end do not count.
 * @param source begins as a JPEG does
 * @throws CheckpointError where the file is not as long as it was; CancelledError
 */
export async function countJpegScans(source: ByteSource, most: number, signal?: AbortSignal): Promise<number> {
  let scans = 0;
  let at = 2;
  let start = 0;
  let bytes: Uint8Array = new Uint8Array();
  while (scans <= most && at + SEGMENT_PREFIX <= source.size) {
    if (at + SEGMENT_PREFIX > start + bytes.length) {
      start = at;
      bytes = await source.read({ start, end: Math.min(start + WINDOW_BYTES, source.size) }, signal);
    }
    // What stands between segments is a scan's data, or rubbish that decoders pass over too.
    const found = bytes.indexOf(MARKER, at - start);
    at = start + (found < 0 ? bytes.length : found);
    if (at + SEGMENT_PREFIX > start + bytes.length) continue;
    const [, marker = 0, high = 0, low = 0] = bytes.subarray(at - start, at - start + SEGMENT_PREFIX);
    if (marker === END_OF_IMAGE) return scans;
    if (marker === START_OF_SCAN) scans += 1;
    at += bytesOf(marker, (high << 8) | low);
  }
  return scans;
}

/** How far the next marker is at least from this one. */
function bytesOf(marker: number, length: number): number {
  if (marker === MARKER) return 1;
  const standsAlone =
    marker === STUFFING || marker === TEMPORARY || (marker >= FIRST_RESTART && marker <= START_OF_IMAGE);
  return standsAlone ? 2 : 2 + Math.max(2, length);
}
