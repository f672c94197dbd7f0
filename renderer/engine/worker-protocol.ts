import type { ErrorMessage } from '../../models/errors.ts';
import type {
  DevicePreference,
  DeviceReport,
  EngineCall,
  EngineCalls,
  EngineProgress,
  EngineRequest,
} from './protocol.ts';

/** The language between the supervisor and its Worker. Request ids are the supervisor's own, unique over all clients. */

/** What the Worker does; the device is the supervisor's to choose. */
export type WorkerRequest = Exclude<EngineRequest, { readonly call: 'configure' }>;

/** Answered past the lane, while a pointer moves: from taps, and once for a block by a graph over them. */
const HOVERS = ['row', 'stageRows', 'column'] as const;
/** In the lane, ahead of what runs networks: walks through the blocks of a run that the Worker holds. */
const STUDIES = ['statistics', 'rollout', 'attribution', 'projection'] as const;
type Hover = Extract<EngineRequest, { readonly call: (typeof HOVERS)[number] }>;
type Study = Extract<EngineRequest, { readonly call: (typeof STUDIES)[number] }>;

export function isHover(request: EngineRequest): request is Hover {
  return HOVERS.some((call) => call === request.call);
}

/** Whether its run dies with the Worker, so that it cannot be asked again. */
export function isStudy(request: EngineRequest): request is Study {
  return STUDIES.some((call) => call === request.call);
}

export interface StartMessage {
  readonly type: 'start';
  readonly preference: DevicePreference;
  readonly threads: number | null;
  /** A sentence that says why WebGPU must not be tried although the preference would; null: try it. */
  readonly avoidWebgpu: string | null;
}

export type ToWorker = StartMessage | WorkerRequest | { readonly type: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly type: 'ready'; readonly device: DeviceReport }
  /** Every HEARTBEAT_MS as long as the Worker's event loop turns. */
  | { readonly type: 'heartbeat' }
  /** The Worker cannot go on (it did not start, its GPU was lost, its runtime aborted) and wants to be replaced. */
  | { readonly type: 'broken'; readonly error: ErrorMessage }
  | {
      readonly type: 'progress';
      readonly id: number;
      readonly progress: EngineProgress;
      /** Of the request's model for one picture, once known. */
      readonly multiplyAdds: number | null;
    }
  | { readonly type: 'answer'; readonly id: number; readonly answer: EngineCalls[EngineCall]['answer'] }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorMessage };

export const HEARTBEAT_MS = 1000;

/** A Worker as the supervisor needs it, so that tests can stand one in. */
export interface WorkerHandle {
  postMessage(message: ToWorker): void;
  onMessage(listener: (data: unknown) => void): void;
  /** The script did not load, or an error escaped it. */
  onError(listener: (reason: string) => void): void;
  terminate(): void;
}
