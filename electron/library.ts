import { dialog, session, shell } from 'electron';
import type { ModelEntry } from '../renderer/shell/shell.ts';
import { readImagenetLabels } from './imagenet-labels.ts';
import { openTokenStore } from './key-store.ts';
import type { LibraryAssets } from './protocol/library-assets.ts';
import { LibraryDesk } from './weights/library-desk.ts';
import { proxiedHttp } from './weights/proxied-http.ts';

interface Surroundings {
  readonly root: string;
  /** The folder of settings. */
  readonly home: string;
  readonly assets: LibraryAssets;
  readonly shipped: readonly ModelEntry[];
}

/** The library with what the system lends it: file manager, dialogs, key store and proxies. Once the app is ready. */
export function openDesk({ root, home, assets, shipped }: Surroundings): Promise<LibraryDesk> {
  return LibraryDesk.open({
    shipped,
    assets,
    imagenetLabels: () => readImagenetLabels(root),
    tokens: openTokenStore(home),
    http: proxiedHttp(undefined, (url) => session.defaultSession.resolveProxy(url)),
    canReference: true,
    reveal: (path) => shell.showItemInFolder(path),
    pickFolder: async () => {
      const { filePaths } = await dialog.showOpenDialog({
        title: 'Move weights to',
        properties: ['openDirectory', 'createDirectory'],
      });
      return filePaths[0] ?? null;
    },
  });
}
