import type { HubSettings } from '../../renderer/shell/model-library.ts';

/** Where the user's access token to the hub is kept. */
export interface TokenStore {
  readonly kept: HubSettings['tokenKept'];
  /** Null where there is none. */
  read(): Promise<string | null>;
  write(token: string | null): Promise<void>;
}

/** For a shell without a key store: a secret is not written to a disk in the open. */
export class MemoryTokenStore implements TokenStore {
  readonly kept = 'until-end';
  #token: string | null = null;

  async read(): Promise<string | null> {
    return this.#token;
  }

  async write(token: string | null): Promise<void> {
    this.#token = token;
  }
}
