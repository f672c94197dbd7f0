import { ensureBuilt, isBuilt } from './build.mjs';
import { ensureInstalled, isInstalled, Stopped } from './install.mjs';
import { alone } from './lock.mjs';
import { ROOT, say } from './root.mjs';

/**
 * Makes the app ready to run: packages installed, dist/ built from the sources as they are. Nothing is printed where
 * nothing is to be done. Ends the process where it cannot be done.
 */
export async function prepare() {
  if (isInstalled(ROOT) && isBuilt(ROOT)) return;
  try {
    await alone(async () => {
      await ensureInstalled();
      await ensureBuilt();
    });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    say(error.message);
    process.exit(error.code);
  }
}
