import { CancelledError, EngineError } from '../../../models/errors.ts';
import { LaneThread } from './lane-thread.ts';
import type { LaneOrder } from './protocol.ts';

interface Job {
  readonly input: Float32Array;
  readonly resolve: (logits: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Lanes with the same model. Each takes the next input that waits. */
export class LanePool {
  readonly #lanes: readonly LaneThread[];
  readonly #free: LaneThread[];
  readonly #signal: AbortSignal;
  #jobs: Job[] = [];

  private constructor(lanes: readonly LaneThread[], signal: AbortSignal) {
    this.#lanes = lanes;
    this.#free = [...lanes];
    this.#signal = signal;
    signal.addEventListener('abort', this.#cancel);
  }

  /**
   * @param program the file that runs in each thread
   * @param signal ends all lanes at once, whatever they are at
   * @throws what a lane could not load for; EngineError `engine-crashed`; CancelledError
   */
  static async open(program: string, order: LaneOrder, count: number, signal: AbortSignal): Promise<LanePool> {
    const opened = Array.from({ length: count }, () => LaneThread.open(program, order));
    const pool = new LanePool(
      opened.map(({ lane }) => lane),
      signal,
    );
    if (signal.aborted) pool.#cancel();
    try {
      await Promise.all(opened.map(({ ready }) => ready));
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** As many calls at the same time as wanted. @throws as LaneThread.run */
  run(input: Float32Array): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ input, resolve, reject });
      this.#next();
    });
  }

  /** Ends all threads; what they are at fails. */
  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#cancel);
    const closed = new EngineError('engine-closed', 'The model was closed.');
    await Promise.all(this.#lanes.map((lane) => lane.stop(closed)));
  }

  readonly #cancel = (): void => {
    for (const lane of this.#lanes) void lane.stop(new CancelledError());
  };

  #next(): void {
    while (this.#free.length > 0 && this.#jobs.length > 0) {
      const lane = this.#free.shift()!;
      const { input, resolve, reject } = this.#jobs.shift()!;
      void lane
        .run(input)
        .then(resolve, reject)
        .finally(() => {
          this.#free.push(lane);
          this.#next();
        });
    }
  }
}
