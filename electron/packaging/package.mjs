import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { obtainElectron } from '../bootstrap/obtain-electron.mjs';
import { prepare } from '../bootstrap/prepare.mjs';
import { ROOT, say } from '../bootstrap/root.mjs';

/**
 * `npm run package` makes the installers for this machine's system and puts them into dist/packages. `-- --dir` makes only the
 * folder that they would install; `-- --out FOLDER` puts it elsewhere.
 */
const { values } = parseArgs({ options: { dir: { type: 'boolean', default: false }, out: { type: 'string' } } });

await prepare();
const electron = await obtainElectron();
if (typeof electron === 'string') {
  say(`Nothing was packaged: ${electron}. It comes from github.com (ELECTRON_MIRROR names another place, and`);
  say('ELECTRON_OVERRIDE_DIST_PATH a folder that holds it already).');
  process.exit(1);
}
try {
  for (const file of await packageApp()) say(file);
} catch (error) {
  say(`Packaging failed: ${error instanceof Error ? error.message : error}`);
  if (!values.dir)
    say(
      'What makes the installers (AppImage, fpm, NSIS) comes from github.com, once; `npm run package -- --dir` does without.',
    );
  process.exitCode = 1;
}

/** @returns {Promise<readonly string[]>} what was made */
async function packageApp() {
  const { Arch, archFromString, build, DIR_TARGET, Platform } = await import('electron-builder');
  const { CONFIG } = await import('./builder-config.mjs');
  const platform = Platform.current();
  const out = values.out === undefined ? undefined : resolve(process.env.INIT_CWD ?? process.cwd(), values.out);
  const made = await build({
    projectDir: ROOT,
    publish: 'never',
    targets: values.dir ? platform.createTarget(DIR_TARGET, archFromString(process.arch)) : platform.createTarget(),
    config: {
      ...CONFIG,
      ...(out !== undefined && { directories: { ...CONFIG.directories, output: out } }),
      // Without this, electron-builder takes its own copy out of the cache that obtainElectron has filled.
      ...(process.env.ELECTRON_OVERRIDE_DIST_PATH && { electronDist: process.env.ELECTRON_OVERRIDE_DIST_PATH }),
    },
  });
  return made.length > 0
    ? made
    : [
        `${out ?? CONFIG.directories?.output} holds the app for ${platform.name}-${Arch[archFromString(process.arch)]}.`,
      ];
}
