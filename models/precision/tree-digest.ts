import type { ByteSource } from '../bytes/byte-source.ts';

/**
 * A checksum of files of any size with the platform's SHA-256, which takes all of its bytes at once: the SHA-256 of the SHA-256s of
 * successive pieces. Our own, not the file's SHA-256.
 */
const PIECE_BYTES = 4 * 2 ** 20;
export const DIGEST_BYTES = 32;

export class TreeDigest {
  readonly #digests: Uint8Array[] = [];
  #piece = new Uint8Array(PIECE_BYTES);
  #filled = 0;

  async update(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; ) {
      const part = bytes.subarray(at, at + PIECE_BYTES - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.byteLength;
      at += part.byteLength;
      if (this.#filled === PIECE_BYTES) await this.#close();
    }
  }

  /** [DIGEST_BYTES] */
  async finish(): Promise<Uint8Array<ArrayBuffer>> {
    await this.#close();
    const all = new Uint8Array(this.#digests.length * DIGEST_BYTES);
    for (const [index, digest] of this.#digests.entries()) all.set(digest, index * DIGEST_BYTES);
    return sha256(all);
  }

  async #close(): Promise<void> {
    this.#digests.push(await sha256(this.#piece.subarray(0, this.#filled)));
    this.#filled = 0;
  }
}

/** @throws CheckpointError where the source cannot be read; CancelledError */
export async function digestOf(
  source: ByteSource,
  options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: (bytes: number) => void } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const digest = new TreeDigest();
  for (let start = 0; start < source.size; start += PIECE_BYTES) {
    const end = Math.min(source.size, start + PIECE_BYTES);
    await digest.update(await source.read({ start, end }, options.signal));
    options.onProgress?.(end);
  }
  return digest.finish();
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
