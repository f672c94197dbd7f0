import { randomBytes } from 'node:crypto';
import type { Asset, AssetLookup } from './assets.ts';

const PREFIX = '/models/library/';

/**
 * The app's own files, and the weights of the library's models under addresses that say nothing of where they lie and that
 * nobody can guess. What a page asks for is looked up, never turned into a file name.
 */
export class LibraryAssets implements AssetLookup {
  readonly #fixed: AssetLookup;
  readonly #byPath = new Map<string, Asset>();
  /** By file and checksum, so that asking again gives the same address as long as it is the same content. */
  readonly #addresses = new Map<string, string>();

  constructor(fixed: AssetLookup) {
    this.#fixed = fixed;
  }

  get(path: string): Asset | undefined {
    return this.#byPath.get(path) ?? this.#fixed.get(path);
  }

  /** The address of a file with weights; lasts as long as this process. */
  addressOf(file: string, sha256: string): string {
    const key = `${sha256} ${file}`;
    let address = this.#addresses.get(key);
    if (address === undefined) {
      address = PREFIX + randomBytes(18).toString('base64url');
      this.#addresses.set(key, address);
      this.#byPath.set(address, { file, contentType: 'application/octet-stream', page: false, hashed: false });
    }
    return address;
  }
}
