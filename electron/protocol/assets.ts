import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackedPath } from '../app-root.ts';
import { contentType } from './content-types.ts';

/** A file that pages may have. */
export interface Asset {
  /** Where it lies on the disk; inside of a packaged app's archive where it is small. */
  readonly file: string;
  readonly contentType: string;
  /** A page whose `__CSP_NONCE__` is replaced at every load. */
  readonly page: boolean;
  /** Its name holds a hash of its content (all that Vite writes to assets/). */
  readonly hashed: boolean;
}

/** Address path, decoded and with a leading slash, → file. What is not a key here does not exist for any page. */
export type AssetMap = ReadonlyMap<string, Asset>;

/** What answers need of an {@link AssetMap}. */
export type AssetLookup = Pick<AssetMap, 'get'>;

/** The three folders that pages see, as absolute paths. */
export interface AssetFolders {
  /** dist/renderer, at `/`. */
  readonly renderer: string;
  /** models/demo, at `/models/demo/`. */
  readonly demo: string;
  /** assets/samples, at `/samples/`. */
  readonly samples: string;
}

export const DEMO_PATH = '/models/demo/';
export const SAMPLES_PATH = '/samples/';

/** The {@link AssetFolders} of the app in `root`. */
export function assetFolders(root: string): AssetFolders {
  return {
    renderer: join(root, 'dist', 'renderer'),
    demo: join(root, 'models', 'demo'),
    samples: join(root, 'assets', 'samples'),
  };
}

/**
 * Lists the folders once, at start. A requested path is then looked up, never turned into a file name: no spelling of a
 * path can reach a file that is not listed.
 */
export async function listAssets(folders: AssetFolders): Promise<AssetMap> {
  const assets = new Map<string, Asset>();
  await addFolder(assets, '/', folders.renderer);
  await addFolder(assets, DEMO_PATH, folders.demo);
  await addFolder(assets, SAMPLES_PATH, folders.samples);
  const index = assets.get('/index.html');
  if (index !== undefined) assets.set('/', index);
  return assets;
}

async function addFolder(assets: Map<string, Asset>, prefix: string, folder: string): Promise<void> {
  // Names, then a look at each: Electron's readdir has not always known the types of what lies in an archive.
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const kind = await lstat(file);
    if (kind.isDirectory()) await addFolder(assets, `${prefix}${name}/`, file);
    else if (kind.isFile()) {
      const type = contentType(name);
      if (type === null) continue;
      const page = type.startsWith('text/html');
      assets.set(prefix + name, { file: unpackedPath(file), contentType: type, page, hashed: prefix === '/assets/' });
    }
  }
}
