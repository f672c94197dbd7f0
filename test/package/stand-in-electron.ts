import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPackage } from '@electron/asar';

/** What @electron/fuses looks for in an executable; the wire follows it: version, number of fuses, a character for each. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** All the other way round than the packaged app wants them, then one that electron-builder does not know yet. */
const WIRE = '110100111';

/**
 * A folder that packaging takes for an unpacked Electron: an executable with fuses, Electron's own default app, two locales and
 * the licences. Nothing in it runs.
 */
export async function makeStandInElectron(folder: string): Promise<void> {
  const app = join(folder, 'default-app');
  for (const path of [app, join(folder, 'electron', 'resources'), join(folder, 'electron', 'locales')])
    await mkdir(path, { recursive: true });
  await writeFile(join(app, 'package.json'), '{"main":"main.js"}');
  await writeFile(join(app, 'main.js'), '');
  const electron = join(folder, 'electron');
  await createPackage(app, join(electron, 'resources', 'default_app.asar'));
  const fuses = Buffer.concat([
    Buffer.from('stand-in'.repeat(100) + SENTINEL, 'latin1'),
    Buffer.from([1, WIRE.length]),
    Buffer.from(WIRE, 'latin1'),
    Buffer.from('end'),
  ]);
  await writeFile(join(electron, 'electron'), fuses, { mode: 0o755 });
  for (const file of ['locales/en-US.pak', 'locales/de.pak', 'LICENSE', 'LICENSES.chromium.html', 'version'])
    await writeFile(join(electron, file), file);
}
