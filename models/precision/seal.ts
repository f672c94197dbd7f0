import type { ByteSource } from '../bytes/byte-source.ts';
import { checkRange } from '../bytes/byte-source.ts';
import { DIGEST_BYTES, digestOf, hex, TreeDigest } from './tree-digest.ts';

/**
 * A kept file ends in the checksum of what comes before and this word, so that one that was cut short, or has changed on the disk,
 * is known for what it is.
 */
const WORD = new TextEncoder().encode('CvTLens1');
export const SEAL_BYTES = DIGEST_BYTES + WORD.byteLength;

/** `pieces`, then their seal. */
export async function* sealed(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const digest = new TreeDigest();
  for await (const piece of pieces) {
    await digest.update(piece);
    yield piece;
  }
  yield await digest.finish();
  yield WORD;
}

/** What a sealed file holds, all of it read and compared with its seal; null where they do not agree. @throws CancelledError */
export async function openSealed(file: ByteSource, signal?: AbortSignal): Promise<ByteSource | null> {
  const size = file.size - SEAL_BYTES;
  if (size < 0) return null;
  const seal = await file.read({ start: size, end: file.size }, signal);
  if (hex(seal.subarray(DIGEST_BYTES)) !== hex(WORD)) return null;
  const content: ByteSource = {
    name: file.name,
    size,
    read: (range, each) => {
      checkRange(content, range);
      return file.read(range, each);
    },
  };
  return hex(await digestOf(content, { signal })) === hex(seal.subarray(0, DIGEST_BYTES)) ? content : null;
}
