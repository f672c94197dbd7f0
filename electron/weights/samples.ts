import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SampleEntry } from '../../renderer/shell/shell.ts';
import { SAMPLES_PATH } from '../protocol/assets.ts';
import { incomplete } from './incomplete.ts';

const listSchema = z.array(z.object({ file: z.string().regex(/^[\w.-]+$/), label: z.string().min(1) }));

/**
 * The sample pictures. Their list stands beside their folder, which holds nothing but pictures.
 * @param assets the folder assets
 * @throws ShellError `app-incomplete`
 */
export async function readSamples(assets: string): Promise<readonly SampleEntry[]> {
  try {
    const list = listSchema.parse(JSON.parse(await readFile(join(assets, 'samples.json'), 'utf8')));
    return list.map(({ file, label }) => ({ name: file, url: SAMPLES_PATH + file, label }));
  } catch (cause) {
    throw incomplete(assets, cause);
  }
}
