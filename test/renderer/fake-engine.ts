import { CancelledError, fromErrorMessage } from '../../models/errors.ts';
import type { CallOptions, Engine } from '../../renderer/engine/engine.ts';
import type { Analysis, EngineCall, EngineCalls, EngineState, ModelReport } from '../../renderer/engine/protocol.ts';
import type { ModelEntry } from '../../renderer/shell/shell.ts';
import type { ModelState } from '../../renderer/stores/model.ts';

/** A call that waits for the test to answer it. */
export interface PendingCall {
  readonly call: EngineCall;
  readonly argument: unknown;
  readonly options: CallOptions;
  answer(value: unknown): Promise<void>;
  fail(name: string, code: string): Promise<void>;
}

/** An engine whose every answer the test gives, in any order. */
export class FakeEngine implements Engine {
  readonly pending: PendingCall[] = [];

  call<Call extends EngineCall>(
    call: Call,
    argument: EngineCalls[Call]['argument'],
    options: CallOptions = {},
  ): Promise<EngineCalls[Call]['answer']> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.pending.splice(this.pending.indexOf(entry), 1);
        act();
        return settled();
      };
      const entry: PendingCall = {
        call,
        argument,
        options,
        // What the test answers is of the kind that it was asked for.
        answer: (value) => settle(() => resolve(value as EngineCalls[Call]['answer'])),
        fail: (name, code) => settle(() => reject(fromErrorMessage({ name, code, message: code }))),
      };
      this.pending.push(entry);
      options.signal?.addEventListener('abort', () => reject(new CancelledError()));
    });
  }

  /** The oldest waiting call of this kind. */
  next(call: EngineCall): PendingCall {
    const found = this.pending.find((each) => each.call === call);
    if (!found) throw new Error(`No ${call} waits; there are: ${this.pending.map((each) => each.call).join(', ')}.`);
    return found;
  }

  onState(_listener: (state: EngineState) => void): () => void {
    return () => {};
  }

  close(): void {}
}

/** Lets everything that is ready to run, run: promises, and the reads of blobs behind them. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** The demo's geometry at 64×64, with two blocks in the last stage. */
export const SPEC = {
  NUM_STAGES: 3,
  PATCH_SIZE: [7, 3, 3],
  PATCH_STRIDE: [4, 2, 2],
  PATCH_PADDING: [2, 1, 1],
  DIM_EMBED: [8, 16, 32],
  NUM_HEADS: [1, 2, 4],
  DEPTH: [1, 1, 2],
  MLP_RATIO: [4, 4, 4],
  QKV_BIAS: [true, true, true],
  CLS_TOKEN: [false, false, true],
  QKV_PROJ_METHOD: ['dw_bn' as const, 'dw_bn' as const, 'dw_bn' as const],
  KERNEL_QKV: [3, 3, 3],
  PADDING_KV: [1, 1, 1],
  STRIDE_KV: [2, 2, 2],
  PADDING_Q: [1, 1, 1],
  STRIDE_Q: [1, 1, 1],
};

const square = (side: number) => ({ rows: side, cols: side });

export const REPORT: ModelReport = {
  id: 'test',
  spec: SPEC,
  variant: null,
  numClasses: 3,
  parameters: 1,
  multiplyAdds: 1,
  activation: 'quick_gelu',
  precision: { asked: 'fp32', ran: 'fp32', reason: null },
  input: square(64),
  stages: [
    { grids: { tokens: square(16), keys: square(8), cls: 0 }, heads: 1, depth: 1 },
    { grids: { tokens: square(8), keys: square(4), cls: 0 }, heads: 2, depth: 1 },
    { grids: { tokens: square(4), keys: square(2), cls: 1 }, heads: 4, depth: 2 },
  ],
  timings: { readMs: 0, buildMs: 0, sessionMs: 0 },
};

export const ENTRY: ModelEntry = {
  id: 'test',
  title: 'Test',
  note: '',
  weightsUrl: '/weights',
  weightsSize: 1,
  spec: SPEC,
  activation: null,
  preprocessing: {
    height: 64,
    width: 64,
    resize: { mode: 'shorter', to: 64 },
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  labels: ['cat', 'sea dog', 'dog'],
};

export const READY: ModelState = { kind: 'ready', id: 'test', title: 'Test', entry: ENTRY, report: REPORT };

const uniform = (count: number) => new Float32Array(count).fill(1 / count);

/** What a picture of 128×64 pixels answers; the network sees its middle. */
export function analysis(runId: string): Analysis {
  return {
    runId,
    modelId: 'test',
    stages: REPORT.stages,
    multiplyAdds: REPORT.multiplyAdds,
    logits: Float32Array.of(0, 1, 2),
    probabilities: Float32Array.of(0.1, 0.2, 0.7),
    received: [[uniform(64)], [uniform(16)], [uniform(5), uniform(5)]],
    window: {
      pictureWidth: 128,
      pictureHeight: 64,
      left: 32,
      top: 0,
      scaleX: 1,
      scaleY: 1,
      inputWidth: 64,
      inputHeight: 64,
    },
    timings: { decodeMs: 0, preprocessMs: 0, runMs: 0, readMs: 0 },
    device: {
      preference: 'wasm',
      provider: 'wasm',
      adapter: null,
      threads: 1,
      fallbackReason: null,
      runtime: 'test',
      precisions: ['fp32', 'int8'],
    },
    precision: { asked: 'fp32', ran: 'fp32', reason: null },
  };
}
