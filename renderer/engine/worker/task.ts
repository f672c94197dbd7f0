import type { EngineProgress } from '../protocol.ts';

/** One request as the Worker carries it out. */
export interface Task {
  /** Fires when the request is withdrawn. */
  readonly signal: AbortSignal;
  /** @param multiplyAdds the model's, once known: the supervisor's patience follows from it */
  readonly progress: (progress: EngineProgress, multiplyAdds?: number) => void;
}
