/** What the windows of one browser agree on, so that no two of them do the same work at once. */
export interface Turns {
  /** Does `work` unless another window does it; answers whether it was done. */
  alone(name: string, work: () => Promise<void>): Promise<boolean>;
  /** Whether a window, this one or another, is at it. */
  isTaken(name: string): Promise<boolean>;
  /** Resolves once nobody is at it: its window has ended or gone. */
  whenFree(name: string): Promise<void>;
  /** This window is open from now on, until it goes; `first` is done before, where no other one is. */
  open(first: () => Promise<void>): Promise<void>;
}

const PREFIX = 'cvt-lens-evaluation:';
const OPEN = `${PREFIX}open`;

/** {@link Turns} by the browser's own locks, which go with the window that holds them, however it ends. */
export class LockTurns implements Turns {
  readonly #locks: LockManager;

  constructor(locks: LockManager) {
    this.#locks = locks;
  }

  async alone(name: string, work: () => Promise<void>): Promise<boolean> {
    return await this.#locks.request(PREFIX + name, { ifAvailable: true }, async (lock) => {
      if (lock === null) return false;
      await work();
      return true;
    });
  }

  async isTaken(name: string): Promise<boolean> {
    const { held = [] } = await this.#locks.query();
    return held.some((lock) => lock.name === PREFIX + name && lock.mode === 'exclusive');
  }

  async whenFree(name: string): Promise<void> {
    await this.#locks.request(PREFIX + name, { mode: 'shared' }, () => {});
  }

  async open(first: () => Promise<void>): Promise<void> {
    try {
      await this.#locks.request(OPEN, { ifAvailable: true }, async (lock) => {
        if (lock !== null) await first();
      });
    } finally {
      // Held as long as there is this window.
      void this.#locks.request(OPEN, { mode: 'shared' }, () => new Promise(() => {}));
    }
  }
}
