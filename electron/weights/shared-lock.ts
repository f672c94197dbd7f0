import { onDisk } from './disk-failure.ts';
import { FolderLock } from './folder-lock.ts';

/** A {@link FolderLock} that is held while any of several pieces of work in this process needs it. */
export class SharedLock {
  readonly #path: string;
  readonly #lost: () => void;
  readonly #taken: () => Promise<void>;
  #users = 0;
  /** The step from free to held or back, one after the other. */
  #step: Promise<void> = Promise.resolve();
  #lock: FolderLock | null = null;

  /**
   * @param lost see FolderLock.take
   * @param taken tidies up, each time the lock was taken
   */
  constructor(path: string, lost: () => void, taken: () => Promise<void>) {
    this.#path = path;
    this.#lost = lost;
    this.#taken = taken;
  }

  /** @throws DownloadError `locked`; what `work` throws */
  async hold<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#users++;
    try {
      await this.#follow(async () => {
        if (this.#lock !== null) return;
        this.#lock = await FolderLock.take(this.#path, this.#lost);
        await onDisk(this.#path, this.#taken);
      });
      return await work();
    } finally {
      this.#users--;
      await this.#follow(async () => {
        if (this.#users > 0) return;
        const lock = this.#lock;
        this.#lock = null;
        await lock?.release();
      });
    }
  }

  #follow(step: () => Promise<void>): Promise<void> {
    const result = this.#step.then(step);
    this.#step = result.catch(() => {});
    return result;
  }
}
