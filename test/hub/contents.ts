import { createHash } from 'node:crypto';

/** What a file of the test hub holds. */
export interface Content {
  readonly size: number;
  readonly sha256: string;
  /** The bytes from `start` to `end` (exclusive). */
  read(start: number, end: number): Uint8Array;
}

export function bytesContent(bytes: Uint8Array): Content {
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    read: (start, end) => bytes.subarray(start, end),
  };
}

export function textContent(text: string): Content {
  return bytesContent(new TextEncoder().encode(text));
}

/** `head`, then bytes that are all zero up to `size`: a checkpoint of any size that takes no memory. */
export function paddedContent(head: Uint8Array, size: number): Content {
  const read = (start: number, end: number): Uint8Array => {
    const bytes = new Uint8Array(end - start);
    if (start < head.length) bytes.set(head.subarray(start, Math.min(end, head.length)));
    return bytes;
  };
  const hash = createHash('sha256');
  const step = 1 << 20;
  for (let start = 0; start < size; start += step) hash.update(read(start, Math.min(size, start + step)));
  return { size, sha256: hash.digest('hex'), read };
}
