import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Surroundings } from '../settings/data-folder.ts';

/**
 * Where weights live unless the user chose another folder. Apart from the settings: gigabytes belong neither into a folder
 * of configuration nor into a Windows profile that roams from machine to machine.
 */
export function defaultWeightsFolder(
  { env, platform, home }: Surroundings = { env: process.env, platform: process.platform, home: homedir() },
): string {
  if (env.CVT_LENS_HOME) return join(env.CVT_LENS_HOME, 'weights');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'CvT Lens', 'weights');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'CvT Lens', 'weights');
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'cvt-lens', 'weights');
}

/** Paths inside a weights folder. */
export class WeightsFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Complete models, a folder each. */
  get models(): string {
    return join(this.root, 'models');
  }

  /** Models that are on their way, a folder each. */
  get downloads(): string {
    return join(this.root, 'downloads');
  }

  get lock(): string {
    return join(this.root, '.lock');
  }

  model(id: string): string {
    return join(this.models, folderName(id));
  }

  download(id: string): string {
    return join(this.downloads, folderName(id));
  }
}

/**
 * A model id as a folder name, one to one: `owner/name@refs/pr/1` becomes `owner--name@refs%2Fpr%2F1`. The hub allows no `--` in names.
 */
export function folderName(id: string): string {
  return encodeURIComponent(id.replace('/', '--')).replaceAll('%40', '@');
}

/** The id that {@link folderName} made `name` of; null where it cannot have. */
export function idOfFolder(name: string): string | null {
  try {
    const id = decodeURIComponent(name).replace('--', '/');
    return folderName(id) === name ? id : null;
  } catch {
    return null;
  }
}
