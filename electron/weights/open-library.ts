import { homedir } from 'node:os';
import { DownloadError } from '../../models/errors.ts';
import { dataFolder } from '../settings/data-folder.ts';
import type { HttpConnection } from './http.ts';
import { type HubAddress, hubAddress } from './hub-address.ts';
import { huggingFaceCache } from './hugging-face-cache.ts';
import { Library } from './library.ts';
import { proxiedHttp } from './proxied-http.ts';
import { defaultWeightsFolder } from './weights-folder.ts';
import { WeightsSettingsFile } from './weights-settings.ts';

export interface OpenLibraryOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How the network is reached; by default with undici and the environment's proxies. */
  readonly http?: HttpConnection;
  /** The user's access token, where a shell keeps one; HF_TOKEN otherwise. */
  readonly token?: string | null;
}

export interface OpenedLibrary {
  readonly library: Library;
  readonly settings: WeightsSettingsFile;
  /** Pauses downloads, lets go of the folder and of the network. */
  close(): Promise<void>;
}

/** {@link hubAddress}, or why there is none. */
export function findAddress(...given: Parameters<typeof hubAddress>): HubAddress | DownloadError {
  try {
    return hubAddress(...given);
  } catch (error) {
    if (error instanceof DownloadError) return error;
    throw error;
  }
}

/**
 * The library that the user's settings and environment describe. Nothing is read but the settings, nothing written. Where
 * HF_ENDPOINT or the mirror is no address, downloads say so.
 */
export async function openLibrary(options: OpenLibraryOptions = {}): Promise<OpenedLibrary> {
  const env = options.env ?? process.env;
  const surroundings = { env, platform: process.platform, home: homedir() };
  const settings = new WeightsSettingsFile(dataFolder(surroundings));
  const { folder, mirror } = await settings.read();
  const address = findAddress(env, mirror, options.token ?? null);
  const http = options.http ?? proxiedHttp();
  const library = new Library({
    folder: folder ?? defaultWeightsFolder(surroundings),
    address,
    send: http.send,
    cache: huggingFaceCache(env, surroundings.home),
    saveFolder: (moved) => settings.change({ folder: moved }),
  });
  return {
    library,
    settings,
    async close() {
      await library.close();
      await http.close();
    },
  };
}
