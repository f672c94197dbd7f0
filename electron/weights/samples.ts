import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { SampleEntry } from '../../renderer/shell/shell.ts';
import { SAMPLES_PATH } from '../protocol/assets.ts';
import { incomplete } from './incomplete.ts';

const listSchema = z.array(z.object({ file: z.string().regex(/^[\w.-]+$/), label: z.string().min(1) }));

/**
 * The sample pictures, from the list beside their folder, which holds nothing but pictures so that a shell can expand it.
 * @param samples the folder assets/samples
 * @throws ShellError `app-incomplete`
 */
export async function readSamples(samples: string): Promise<readonly SampleEntry[]> {
  try {
    const list = listSchema.parse(JSON.parse(await readFile(`${samples}.json`, 'utf8')));
    return list.map(({ file, label }) => ({ name: file, url: SAMPLES_PATH + file, label }));
  } catch (cause) {
    throw incomplete(samples, cause);
  }
}
