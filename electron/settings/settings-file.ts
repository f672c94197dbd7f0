import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DownloadError, reasonOf, ShellError } from '../../models/errors.ts';
import { parseSettings, type Settings, type SettingsChange } from '../../renderer/shell/settings.ts';
import { FolderLock } from '../weights/folder-lock.ts';
import { writeWhole } from './write-whole.ts';

/** Another process merges its change in milliseconds; one that holds the lock for longer is in trouble. */
const LOCK_LIMIT_MS = 10_000;
const LOCK_LOOK_MS = 25;

/**
 * The remembered settings on disk; the one place that reads and writes them, in both shells. Any number of windows and
 * processes may change them: each writes what it changed, and keeps what others did.
 */
export class SettingsFile {
  readonly path: string;
  /** Writes go one after the other, so that the last one asked for is the one that stays. */
  #lastWrite: Promise<void> = Promise.resolve();

  /** @param folder created at the first write */
  constructor(folder: string) {
    this.path = join(folder, 'settings.json');
  }

  /**
   * The settings; the defaults where there is no file yet. A damaged file is renamed to `settings.damaged-….json`, so that
   * the next write does not destroy what may be mended by hand.
   * @throws ShellError `settings-unreadable` where the disk refuses
   */
  async read(): Promise<Settings> {
    await this.#lastWrite.catch(() => {});
    return this.#readNow();
  }

  async #readNow(): Promise<Settings> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return parseSettings(null);
      throw this.#refusal('read', error);
    }
    const data = parseObject(text);
    if (data === null) await this.#setAside();
    return parseSettings(data);
  }

  /** Puts a change into what is on disk by then. @throws ShellError `settings-unreadable` where the disk refuses */
  write(change: SettingsChange): Promise<void> {
    const write = this.#lastWrite
      .catch(() => {})
      .then(() => this.#merge(change))
      .catch((error: unknown) => {
        throw this.#refusal('written', error);
      });
    this.#lastWrite = write;
    return write;
  }

  async #merge(change: SettingsChange): Promise<void> {
    const lock = await this.#lock();
    try {
      const settings = { ...(await this.#readNow()), ...change };
      await writeWhole(this.path, `${JSON.stringify(settings, null, 2)}\n`);
    } finally {
      await lock.release();
    }
  }

  async #lock(): Promise<FolderLock> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const until = performance.now() + LOCK_LIMIT_MS;
    for (;;) {
      try {
        return await FolderLock.take(`${this.path}.lock`, () => {});
      } catch (error) {
        const isHeld = error instanceof DownloadError && error.code === 'locked';
        if (!isHeld) throw error;
        if (performance.now() > until)
          throw new Error('another CvT Lens is writing it and does not end', { cause: error });
        await new Promise((resolve) => setTimeout(resolve, LOCK_LOOK_MS));
      }
    }
  }

  async #setAside(): Promise<void> {
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const aside = join(this.path, '..', `settings.damaged-${stamp}.json`);
    try {
      await rename(this.path, aside);
      console.error(`${this.path} is damaged; it is now ${aside}, and the settings are the defaults.`);
    } catch (error) {
      // Another window may have set it aside in the same moment.
      if (!isMissing(error)) throw this.#refusal('read', error);
    }
  }

  #refusal(done: 'read' | 'written', cause: unknown): ShellError {
    if (cause instanceof ShellError) return cause;
    const reason = reasonOf(cause);
    return new ShellError('settings-unreadable', `${this.path} cannot be ${done} (${reason}).`, { cause });
  }
}

/** Null for anything that is no JSON object. */
function parseObject(text: string): object | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && !Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
