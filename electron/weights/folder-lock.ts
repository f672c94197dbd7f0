import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { DownloadError } from '../../models/errors.ts';
import { isMissing, onDisk } from './disk-failure.ts';

/** How often a holder shows that it lives. */
const BEAT_MS = 10_000;
/** A lock that was not touched for this long is nobody's: its machine lost power, or its disk was unplugged. */
const STALE_MS = 120_000;
/** Where a lock cannot appear whole, one that was not finished by then was left by a process that died while it wrote. */
const UNFINISHED_MS = 10_000;
/** Two that clear away the same stale lock may each believe to have won; the second look is after both have written. */
const SECOND_LOOK_MS = 150;

const holderSchema = z.object({ pid: z.int(), host: z.string(), token: z.string() });
type Holder = z.infer<typeof holderSchema>;

/** The locks that this process holds: a lock with our own process number but none of these is left from a dead one. */
const held = new Set<string>();

/**
 * One process at a time works on a weights folder. Process numbers tell of dead holders on this machine, a heartbeat of those
 * on others (the folder may be on a network disk).
 */
export class FolderLock {
  readonly path: string;
  readonly #token: string;
  readonly #beat: NodeJS.Timeout;

  private constructor(path: string, token: string, lost: () => void) {
    this.path = path;
    this.#token = token;
    held.add(token);
    this.#beat = setInterval(() => void this.#touch(lost), BEAT_MS).unref();
  }

  /**
   * @param path the lock file; its folder is created
   * @param lost called if another process takes the lock away, after this one slept too long to be believed alive
   * @throws DownloadError `locked`, `unwritable`, `no-space`
   */
  static async take(path: string, lost: () => void): Promise<FolderLock> {
    return onDisk(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      const token = randomUUID();
      // More than a few rounds mean that others take and leave it all the time.
      for (let round = 0; round < 5; round++) {
        // Known as ours from the first moment, so that nobody in this process takes it for a dead one's.
        held.add(token);
        if (await create(path, token)) {
          if (round > 0) await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
          if ((await readHolder(path))?.token === token) {
            await sweep(path);
            return new FolderLock(path, token, lost);
          }
        }
        held.delete(token);
        const holder = await readHolder(path);
        if (!(await isStale(path, holder))) throw inUse(path, holder);
        await clearAway(path, holder);
      }
      throw inUse(path, null);
    });
  }

  async release(): Promise<void> {
    clearInterval(this.#beat);
    if ((await readHolder(this.path))?.token === this.#token) await rm(this.path, { force: true });
    held.delete(this.#token);
  }

  async #touch(lost: () => void): Promise<void> {
    try {
      if ((await readHolder(this.path))?.token !== this.#token) {
        clearInterval(this.#beat);
        lost();
        return;
      }
      const now = new Date();
      await utimes(this.path, now, now);
    } catch {
      // A disk that does not answer now may at the next beat; its writes report for themselves.
    }
  }
}

/**
 * A link makes the lock appear with its holder's name in it, whenever this process dies. False where there is a lock already,
 * or where its new holder swept ours away before it was in place.
 */
async function create(path: string, token: string): Promise<boolean> {
  const aside = `${path}.${token}`;
  try {
    await writeHolder(aside, token);
    await link(aside, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST') || isMissing(error)) return false;
    // FAT and some network disks have no links.
    if (hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) return createInPlace(path, token);
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function createInPlace(path: string, token: string): Promise<boolean> {
  try {
    await writeHolder(path, token);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function writeHolder(path: string, token: string): Promise<void> {
  const holder: Holder = { pid: process.pid, host: hostname(), token };
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(holder));
  } finally {
    await file.close();
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Null where there is no lock, or one that is being written this moment or was never finished. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

async function isStale(path: string, holder: Holder | null): Promise<boolean> {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    (error: unknown) => {
      if (isMissing(error)) return Number.POSITIVE_INFINITY;
      throw error;
    },
  );
  if (age > (holder === null ? UNFINISHED_MS : STALE_MS)) return true;
  if (holder === null || holder.host !== hostname()) return false;
  if (holder.pid === process.pid) return !held.has(holder.token);
  return !isAlive(holder.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is there too.
    return hasCode(error, 'EPERM');
  }
}

/** Moved aside before it is removed: if another process was quicker, it is that one's lock that lies aside, and goes back. */
async function clearAway(path: string, stale: Holder | null): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved !== null && moved.token !== stale?.token) await rename(aside, path);
  else await rm(aside, { force: true });
}

/** Removes what processes left that died while they made a lock or cleared one away. One that is still being written would come too late. */
async function sweep(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const aside = join(dirname(path), name);
    const holder = await readHolder(aside);
    if (holder === null || (await isStale(aside, holder))) await rm(aside, { force: true });
  }
}

function inUse(path: string, holder: Holder | null): DownloadError {
  const who =
    holder === null ? '' : ` (process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`})`;
  return new DownloadError(
    'locked',
    `${dirname(path)}: another CvT Lens${who} is working on these weights. Wait until it is done, or close it.`,
  );
}
