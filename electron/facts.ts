import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ShellFacts } from '../renderer/shell/wire.ts';
import type { AssetFolders } from './protocol/assets.ts';
import { readDemo } from './weights/models.ts';
import { readSamples } from './weights/samples.ts';

/**
 * All that a shell tells the UI and that does not change while it runs.
 * @param host what the UI runs in, as ShellVersions names it
 * @throws ShellError `app-incomplete`
 */
export async function readFacts(root: string, folders: AssetFolders, host: string): Promise<ShellFacts> {
  const [app, demo, samples] = await Promise.all([
    readVersion(root),
    readDemo(folders.demo),
    readSamples(join(root, 'assets')),
  ]);
  return { versions: { app, host }, models: [demo], samples };
}

export async function readVersion(root: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
