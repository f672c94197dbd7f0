import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { safeStorage } from 'electron';
import { writeWhole } from './settings/write-whole.ts';
import { MemoryTokenStore, type TokenStore } from './weights/token-store.ts';

/**
 * The token to the hub, encrypted with a key that the system keeps; in memory where the system keeps none. Once the app is ready.
 * @param home the folder of settings
 */
export function openTokenStore(home: string): TokenStore {
  return keepsKeys() ? new KeyStore(join(home, 'hub-token')) : new MemoryTokenStore();
}

/** Without a key ring Electron on Linux "encrypts" with a key that everyone knows. */
function keepsKeys(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
}

class KeyStore implements TokenStore {
  readonly kept = 'key-store';
  readonly #path: string;
  #token: Promise<string | null> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Null too where another user or another machine encrypted it. */
  read(): Promise<string | null> {
    this.#token ??= readFile(this.#path, 'utf8')
      .then(
        (text) => safeStorage.decryptString(Buffer.from(text, 'base64')),
        () => null,
      )
      .catch(() => null);
    return this.#token;
  }

  async write(token: string | null): Promise<void> {
    if (token === null) await rm(this.#path, { force: true });
    else await writeWhole(this.#path, safeStorage.encryptString(token).toString('base64'));
    this.#token = Promise.resolve(token);
  }
}
