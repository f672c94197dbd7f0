import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findAppRoot } from '../../electron/app-root.ts';
import { makeStandInElectron } from './stand-in-electron.ts';

const NETWORK_LOG = 'network.log';

export interface PackagedApp {
  /** What a package would install: the executable, `resources` and what Electron brings. */
  readonly folder: string;
  readonly executable: string;
  /** The archive with the app, and beside it what lies unpacked. */
  readonly archive: string;
  /** Where the packaging wanted to connect to. */
  readonly asked: string;
  remove(): Promise<void>;
}

/**
 * Runs `npm run package -- --dir` on a stand-in for Electron, with no network.
 * @throws with all that was printed, where it fails
 */
export async function packageOnStandIn(): Promise<PackagedApp> {
  const home = await mkdtemp(join(tmpdir(), 'cvt-lens-package-'));
  await makeStandInElectron(home);
  const out = join(home, 'out');
  const { code, said } = await runPackaging(['--dir', '--out', out], home, join(home, 'electron'));
  const remove = () => rm(home, { recursive: true, force: true });
  if (code !== 0) {
    await remove();
    throw new Error(`npm run package ended with ${code}:\n${said}`);
  }
  const folder = join(out, process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`);
  return {
    folder,
    executable: join(folder, 'cvt-lens'),
    archive: join(folder, 'resources', 'app.asar'),
    asked: await readFile(join(home, NETWORK_LOG), 'utf8'),
    remove,
  };
}

/**
 * Runs `npm run package` with no network.
 * @param home a folder for what it leaves behind; it writes down there whom it asked
 * @param electron the folder that Electron is said to be in
 */
export async function runPackaging(
  words: readonly string[],
  home: string,
  electron: string,
): Promise<{ code: unknown; said: string }> {
  const packaging = join(findAppRoot(), 'electron', 'packaging', 'package.mjs');
  const log = join(home, NETWORK_LOG);
  await writeFile(log, '');
  const child = spawn(process.execPath, [packaging, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ELECTRON_OVERRIDE_DIST_PATH: electron,
      ELECTRON_BUILDER_CACHE: join(home, 'cache'),
      electron_config_cache: join(home, 'cache'),
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'no-network.mjs')).href}`,
      CVT_LENS_TEST_NETWORK_LOG: log,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(child, 'close');
  return { code, said };
}
