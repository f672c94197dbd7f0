import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { EngineError, fromErrorMessage, reasonOf } from '../../../models/errors.ts';
import { type LaneAnswer, type LaneOrder, laneAnswerSchema } from './protocol.ts';

interface Asker {
  readonly resolve: (answer: LaneAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** A lane as seen from the thread that has opened it. */
export class LaneThread {
  readonly #worker: Worker;
  #asker: Asker | null = null;
  /** Why there are no more answers. */
  #end: unknown = null;

  private constructor(program: string, order: LaneOrder) {
    this.#worker = new Worker(program, { workerData: order });
    this.#worker.on('message', (message: unknown) => this.#hear(message));
    this.#worker.on('messageerror', (error) => this.stop(died(reasonOf(error))));
    this.#worker.on('error', (error) => this.stop(died(reasonOf(error))));
    this.#worker.on('exit', (code) => this.stop(died(`its thread ended with code ${code}`)));
  }

  /**
   * Begins to load. Whoever drops the lane before it is ready stops it.
   * @param program the file that runs in the thread
   */
  static open(program: string, order: LaneOrder): { readonly lane: LaneThread; readonly ready: Promise<void> } {
    const lane = new LaneThread(program, order);
    return { lane, ready: lane.#answer().then(() => {}) };
  }

  /**
   * One at a time. @returns the logits
   * @throws what the session threw; EngineError `engine-crashed` where the thread died; what it was stopped with
   */
  async run(input: Float32Array): Promise<Float32Array> {
    const answer = this.#answer();
    this.#worker.postMessage(input);
    const told = await answer;
    if (told.kind !== 'logits') throw died(`it said ${told.kind} for an input`);
    return told.logits;
  }

  /** Ends the thread, whatever it is at; who waits for it gets `reason`. The first reason stays. */
  stop(reason: unknown): Promise<unknown> {
    this.#end ??= reason;
    this.#asker?.reject(this.#end);
    this.#asker = null;
    return this.#worker.terminate();
  }

  #answer(): Promise<LaneAnswer> {
    if (this.#end !== null) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#asker = { resolve, reject };
    });
  }

  #hear(message: unknown): void {
    const parsed = laneAnswerSchema.safeParse(message);
    if (!parsed.success) {
      void this.stop(died(`it said what nobody understands: ${z.prettifyError(parsed.error)}`));
      return;
    }
    const asker = this.#asker;
    this.#asker = null;
    if (parsed.data.kind === 'failed') asker?.reject(fromErrorMessage(parsed.data.error));
    else asker?.resolve(parsed.data);
  }
}

function died(reason: string): EngineError {
  return new EngineError(
    'engine-crashed',
    `One of the threads that the model runs on died: ${reason}. The same command goes on from here; --lanes 1 takes the least memory.`,
  );
}
