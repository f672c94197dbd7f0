import type { Attribution } from '../../models/attention/attribution.ts';
import type { FaithfulnessCurves, FaithfulnessPlan } from '../../models/attention/faithfulness.ts';
import type { HeadStatistics } from '../../models/attention/head-statistics.ts';
import type { ProjectionStudy } from '../../models/attention/projection-study.ts';
import type { Rollout, RolloutStart, SpreadWeights } from '../../models/attention/rollout.ts';
import type { NetworkFacts, StageFacts } from '../../models/cvt/network-facts.ts';
import type { Activation, OfficialSpec } from '../../models/cvt/spec.ts';
import type { ErrorMessage } from '../../models/errors.ts';
import type { InputWindow, Preprocessing } from '../../models/image/preprocessing.ts';
import type { Precision } from '../../models/precision/precision.ts';

/**
 * The language between whoever asks (a window) and the engine. Requests carry an id and are complete in themselves: they
 * name the model and everything it needs, so that after a restart any of them can be run again as it stands.
 */

/** In characters, of file names and titles: the longest path that common systems allow. */
export const MAX_NAME_LENGTH = 4096;

export type DevicePreference = 'auto' | 'webgpu' | 'wasm';
export type Provider = 'webgpu' | 'wasm';

/** What the engine runs on, and why. Shown to the user as it is. */
export interface DeviceReport {
  readonly preference: DevicePreference;
  readonly provider: Provider;
  /** WebGPU: the adapter's own description. WASM: null. */
  readonly adapter: string | null;
  /** WASM: the number of threads; 1 where the page is not cross-origin isolated. WebGPU: the number for CPU work. */
  readonly threads: number;
  /** Why this is not what was preferred (or, for `auto`, not WebGPU). One sentence; null where nothing fell back. */
  readonly fallbackReason: string | null;
  /** The runtime's name and version. */
  readonly runtime: string;
  /** What networks can be run in here; whether they are right in it shows when one is first asked for. */
  readonly precisions: readonly Precision[];
}

/** What a network was to be run in, and what it ran in. */
export interface PrecisionReport {
  readonly asked: Precision;
  readonly ran: Precision;
  /** Why the two differ, as a sentence; null where they do not. */
  readonly reason: string | null;
}

/** A model the engine can load: where the checkpoint lies and what cannot be read from it. */
export interface ModelRef {
  /** Names the model in messages and keys the session cache together with the input size. */
  readonly id: string;
  readonly title: string;
  readonly weights: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'blob'; readonly blob: Blob };
  /** Null: recognised from the tensor shapes. */
  readonly spec: OfficialSpec | null;
  /** Null: what the checkpoint's names and head imply (DESIGN.md, "The network, exactly"). */
  readonly activation: Activation | null;
  readonly preprocessing: Preprocessing;
  /** `wasm`: on the CPU whatever the engine's device is, in the same Worker. Null or absent: on the engine's device. */
  readonly provider?: 'wasm' | null;
  /** Absent: fp32. A device that has no such, or computes wrongly in it, takes fp32 and says so in the report. */
  readonly precision?: Precision;
}

/** Of one stage at one input size. */
export type StageReport = StageFacts;

export interface ModelReport extends NetworkFacts {
  readonly id: string;
  readonly spec: OfficialSpec;
  /** `cvt-13`, … or null where the architecture is none of the published ones. */
  readonly variant: string | null;
  readonly numClasses: number;
  readonly parameters: number;
  readonly activation: Activation;
  readonly precision: PrecisionReport;
  /** Milliseconds: reading and indexing, building the graph, creating the session. */
  readonly timings: { readonly readMs: number; readonly buildMs: number; readonly sessionMs: number };
}

/** Picture bytes as they came: the engine judges, decodes, orients, resizes and crops them. */
export interface PictureRef {
  readonly name: string;
  readonly bytes: Blob;
}

export interface AnalysisTimings {
  readonly decodeMs: number;
  readonly preprocessMs: number;
  readonly runMs: number;
  /** Reading logits and maps back. */
  readonly readMs: number;
}

/** What one forward pass says. Attention rows are asked for by `runId` as long as the engine holds the run's taps. */
export interface Analysis {
  readonly runId: string;
  readonly modelId: string;
  /** The stages at this picture's input size, which need not be the model's own. */
  readonly stages: readonly StageReport[];
  /** Multiply-adds of this run. */
  readonly multiplyAdds: number;
  /** [classes] */
  readonly logits: Float32Array;
  /** [classes], softmax of the logits. */
  readonly probabilities: Float32Array;
  /** `received[stage][block]`: [cls + keys], mean over heads and queries of the attention; sums to 1. */
  readonly received: readonly (readonly Float32Array[])[];
  readonly window: InputWindow;
  readonly timings: AnalysisTimings;
  readonly device: DeviceReport;
  readonly precision: PrecisionReport;
}

/** What a network says of one of many pictures. */
export type Classification =
  | {
      readonly kind: 'done';
      /** [classes] */
      readonly logits: Float32Array;
      /** [classes], softmax of the logits. */
      readonly probabilities: Float32Array;
      readonly window: InputWindow;
      /** What it ran in. */
      readonly precision: Precision;
    }
  /** This picture cannot be used. */
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/** In one request. Others wait in the lane until it ends, so that few at a time are asked for anyway. */
export const MAX_CLASSIFIED = 64;

/** One query's attention over the keys of its block. */
export interface RowQuery {
  readonly runId: string;
  readonly stage: number;
  readonly block: number;
  /** Null: the mean over heads. */
  readonly head: number | null;
  /** Token index; in a stage with a CLS token 0 is CLS and the grid's tokens follow, row-major. */
  readonly query: number;
}

/** The same query in every block and head of a stage. */
export interface StageRowsQuery {
  readonly runId: string;
  readonly stage: number;
  /** As in RowQuery. */
  readonly query: number;
}

/** Which queries attend to one key of a block. */
export interface ColumnQuery {
  readonly runId: string;
  readonly stage: number;
  readonly block: number;
  /** Null: the mean over heads. */
  readonly head: number | null;
  /** Key index; in a stage with a CLS token 0 is CLS and the key grid follows, row-major. */
  readonly key: number;
}

/** What may be asked of the engine: per kind, its argument, its answer and its progress. */
export interface EngineCalls {
  /** Bring a model up (read, build, compile, warm) without running a picture. */
  prepare: { argument: ModelRef; answer: ModelReport };
  analyze: { argument: { readonly model: ModelRef; readonly picture: PictureRef }; answer: Analysis };
  /** Predictions alone, in the order of `pictures`: no taps are held, and a picture that fails does not stop the others. */
  classify: {
    argument: { readonly model: ModelRef; readonly pictures: readonly PictureRef[] };
    answer: readonly Classification[];
  };
  /** [cls + keys]; sums to 1. Rejects with `taps-released` once the run is no longer held. */
  row: { argument: RowQuery; answer: Float32Array };
  /** [depth, heads, cls + keys]; each row sums to 1. */
  stageRows: { argument: StageRowsQuery; answer: Float32Array };
  /** [cls + queries], each 0–1: the attention that each query pays to the key. */
  column: { argument: ColumnQuery; answer: Float32Array };
  /** Per block of the stage. */
  statistics: { argument: { readonly runId: string; readonly stage: number }; answer: readonly HeadStatistics[] };
  rollout: {
    argument: { readonly runId: string; readonly start: RolloutStart; readonly spread: SpreadWeights };
    answer: Rollout;
  };
  /** In the order of `classes` (indices into the logits). */
  attribution: {
    argument: { readonly runId: string; readonly classes: readonly number[] };
    answer: readonly Attribution[];
  };
  projection: {
    argument: { readonly runId: string; readonly stage: number; readonly block: number };
    answer: ProjectionStudy;
  };
  /** Runs the network many times on the picture with cells blurred away or put back. */
  faithfulness: {
    argument: { readonly model: ModelRef; readonly picture: PictureRef; readonly plan: FaithfulnessPlan };
    answer: FaithfulnessCurves;
  };
  /** Choose the device. Restarts the engine when it differs; resolves with what it then runs on. */
  configure: {
    argument: { readonly preference: DevicePreference; readonly threads: number | null };
    answer: DeviceReport;
  };
}

export type EngineCall = keyof EngineCalls;

/** Progress of a request. Totals that nobody knows are null. */
export type EngineProgress =
  | { readonly phase: 'queued'; readonly ahead: number }
  | { readonly phase: 'starting' }
  | { readonly phase: 'reading'; readonly bytes: number; readonly total: number | null }
  /** Bytes of the weights in another precision. */
  | { readonly phase: 'converting'; readonly done: number; readonly total: number }
  | { readonly phase: 'building' }
  | { readonly phase: 'compiling' }
  | { readonly phase: 'warming' }
  | { readonly phase: 'decoding' }
  | { readonly phase: 'preprocessing' }
  | { readonly phase: 'running' }
  /** Blocks of a study (statistics, rollout, attribution), runs of a faithfulness test, or pictures that are classified. */
  | { readonly phase: 'studying'; readonly done: number; readonly total: number }
  | { readonly phase: 'restarting'; readonly reason: string };

export type EngineRequest = {
  [Call in EngineCall]: {
    readonly type: 'request';
    readonly id: number;
    readonly call: Call;
    readonly argument: EngineCalls[Call]['argument'];
  };
}[EngineCall];

/** To the engine. `close` withdraws everything its sender has asked for. */
export type ToEngine = EngineRequest | { readonly type: 'cancel'; readonly id: number } | { readonly type: 'close' };

/** The engine as a whole. */
export type EngineState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly device: DeviceReport }
  | { readonly kind: 'restarting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/** From the engine. */
export type FromEngine =
  | { readonly type: 'state'; readonly state: EngineState }
  | { readonly type: 'progress'; readonly id: number; readonly progress: EngineProgress }
  | { readonly type: 'answer'; readonly id: number; readonly answer: EngineCalls[EngineCall]['answer'] }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorMessage };

/**
 * The part of a MessagePort that the protocol needs; Electron's brokered port and a Worker's channel both have it. `close`
 * comes when the other side is gone, with its window for instance.
 */
export interface EnginePort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message' | 'close', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message' | 'close', listener: (event: MessageEvent) => void): void;
  start(): void;
  close(): void;
}
