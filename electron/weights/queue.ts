import { CancelledError } from '../../models/errors.ts';

interface Waiting {
  readonly start: () => void;
}

/** Lets a few jobs run at a time, the others wait in order. */
export class Queue {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs `job` when it is its turn. @throws CancelledError where `signal` fires before; what `job` throws */
  async run<Value>(job: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    await this.#turn(signal);
    try {
      return await job();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new CancelledError());
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener('abort', leave);
          this.#running++;
          resolve();
        },
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new CancelledError());
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#next();
    });
  }

  #next(): void {
    if (this.#running < this.#most) this.#waiting.shift()?.start();
  }
}
