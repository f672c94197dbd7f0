/**
 * Around every call into onnxruntime-web: create, run, read back, release. Two that overlap freeze the thread for good on
 * the WebGPU provider (DESIGN.md idea 3).
 */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `work` once all earlier work has ended, well or not. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#tail.then(work);
    this.#tail = mine.catch(() => {});
    return mine;
  }
}
