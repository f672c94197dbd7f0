import { homedir } from 'node:os';
import { join } from 'node:path';

/** What of the process {@link dataFolder} reads; tests give their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/**
 * Where the app keeps what it remembers, in both shells: CVT_LENS_HOME, else the platform's own place for it.
 * The folder need not exist.
 */
export function dataFolder(
  { env, platform, home }: Surroundings = { env: process.env, platform: process.platform, home: homedir() },
): string {
  if (env.CVT_LENS_HOME) return env.CVT_LENS_HOME;
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'CvT Lens');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'CvT Lens');
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'cvt-lens');
}
