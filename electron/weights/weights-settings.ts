import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../settings/write-whole.ts';
import { isMissing, onDisk } from './disk-failure.ts';

const settingsSchema = z.object({
  /** Null: the default folder. */
  folder: z.string().refine(isAbsolute).nullable().catch(null),
  /** Base URL of a mirror of the hub; null for the hub itself. */
  mirror: z.string().max(500).nullable().catch(null),
});

export type WeightsSettings = z.infer<typeof settingsSchema>;

/**
 * Where weights live and come from, in `weights.json` beside the settings. A file of its own, because the library writes it
 * when a move is complete, and no window with older settings in memory may undo that.
 */
export class WeightsSettingsFile {
  readonly path: string;

  /** @param folder see dataFolder */
  constructor(folder: string) {
    this.path = join(folder, 'weights.json');
  }

  /** The defaults where there is no file or it is damaged. */
  async read(): Promise<WeightsSettings> {
    try {
      return settingsSchema.parse(JSON.parse(await readFile(this.path, 'utf8')));
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError || error instanceof z.ZodError)
        return { folder: null, mirror: null };
      return onDisk(this.path, () => Promise.reject(error));
    }
  }

  /** Changes the named keys. @throws DownloadError `unwritable`, `no-space` */
  async change(changes: Partial<WeightsSettings>): Promise<void> {
    const settings = { ...(await this.read()), ...changes };
    await onDisk(this.path, () => writeWhole(this.path, `${JSON.stringify(settings, null, 2)}\n`));
  }
}
