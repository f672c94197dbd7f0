import type { EngineCall, EngineCalls, EngineProgress, EngineState } from './protocol.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EngineProgress) => void;
}

/**
 * The engine as the UI sees it, whichever shell it runs in and however many times it is restarted underneath.
 * Every call ends: in an answer, in a LensError, or in CancelledError once its signal fires.
 */
export interface Engine {
  call<Call extends EngineCall>(
    call: Call,
    argument: EngineCalls[Call]['argument'],
    options?: CallOptions,
  ): Promise<EngineCalls[Call]['answer']>;
  /** Calls `listener` now and at every change; the answer ends it. */
  onState(listener: (state: EngineState) => void): () => void;
  close(): void;
}
