import { once } from 'node:events';
import { findAppRoot } from '../app-root.ts';
import { Diagnostics } from '../diagnostics/diagnostics.ts';
import { readFacts } from '../facts.ts';
import { readImagenetLabels } from '../imagenet-labels.ts';
import { assetFolders, listAssets } from '../protocol/assets.ts';
import { LibraryAssets } from '../protocol/library-assets.ts';
import { dataFolder } from '../settings/data-folder.ts';
import { SettingsFile } from '../settings/settings-file.ts';
import { LibraryDesk } from '../weights/library-desk.ts';
import { MemoryTokenStore } from '../weights/token-store.ts';
import { openAddress } from './open-address.ts';
import { parseServeArguments } from './options.ts';
import { Peers } from './peer.ts';
import { type RunningServer, startServer } from './server.ts';
import { Uploads } from './upload.ts';

/**
 * `npm run serve`: serves the app until `signal` fires. The address is the last line on stdout.
 * @throws LensError for what the user can mend
 */
export async function serve(words: readonly string[], signal: AbortSignal): Promise<void> {
  const { port, open, anyUser } = parseServeArguments(words);
  const diagnostics = new Diagnostics({ home: dataFolder(), process: 'serve' });
  diagnostics.listen();
  const peers = anyUser ? { peers: new Peers(null) } : {};
  const server = await serveApp(findAppRoot(), port, undefined, { ...peers, diagnostics });
  process.stderr.write('CvT Lens is served on this machine; Ctrl-C ends it. Open this address in a browser:\n');
  process.stdout.write(`${server.address}\n`);
  if (open) openAddress(server.oneTimeAddress());
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
}

/** What keeps the server from being used up, or by others, and its log. */
export interface AppLimits {
  /** Its own where absent. */
  readonly diagnostics?: Diagnostics;
  /** Whose programs may connect: this user's where absent. */
  readonly peers?: Peers;
  /** As in ServeOptions. */
  readonly headersTimeout?: number;
  /** As in UploadLimits. */
  readonly uploadSilence?: number;
}

const HEADERS_TIMEOUT_MS = 20_000;

/**
 * Serves the built app in `root`.
 * @param port as in ServeOptions
 * @param home where settings and weights are kept, instead of where they usually are
 */
export async function serveApp(
  root: string,
  port: number | null,
  home?: string,
  { peers = new Peers(), headersTimeout = HEADERS_TIMEOUT_MS, uploadSilence, diagnostics }: AppLimits = {},
): Promise<RunningServer> {
  const folders = assetFolders(root);
  const [fixed, facts] = await Promise.all([listAssets(folders), readFacts(root, folders, 'served to a browser')]);
  const assets = new LibraryAssets(fixed);
  const desk = await LibraryDesk.open({
    env: home === undefined ? process.env : { ...process.env, CVT_LENS_HOME: home },
    shipped: facts.models,
    assets,
    imagenetLabels: () => readImagenetLabels(root),
    tokens: new MemoryTokenStore(),
    canReference: false,
    reveal: null,
    pickFolder: null,
  });
  const uploads = new Uploads(desk, { silence: uploadSilence });
  try {
    const server = await startServer({
      assets,
      facts,
      settings: new SettingsFile(home ?? dataFolder()),
      desk,
      uploads,
      diagnostics: diagnostics ?? new Diagnostics({ home: home ?? dataFolder(), process: 'serve' }),
      port,
      peers,
      headersTimeout,
    });
    return {
      ...server,
      async close() {
        await server.close();
        await desk.close();
      },
    };
  } catch (error) {
    await desk.close();
    throw error;
  }
}
