import type { GpuStanding } from '../../renderer/shell/shell.ts';
import type { GpuCrashes } from './gpu-crashes.ts';
import { crashReason, type GpuPolicy, MAX_GPU_CRASHES } from './gpu-policy.ts';

export interface GpuActions {
  /** From now on the engine does without WebGPU for this reason, or may use it again (null). */
  avoid(reason: string | null): void;
  /** Starts the app anew. */
  relaunch(): void;
}

/** Whether the GPU is used, from one crash to the user's wish to try it again. */
export class GpuKeeper {
  readonly #start: GpuPolicy;
  readonly #crashes: Pick<GpuCrashes, 'count' | 'record' | 'forget'>;
  readonly #actions: GpuActions;
  #isAvoided: boolean;
  /** A run on the CPU alone says nothing about the GPU. */
  #wasWell: boolean;

  /** @param start what this start decided */
  constructor(start: GpuPolicy, crashes: Pick<GpuCrashes, 'count' | 'record' | 'forget'>, actions: GpuActions) {
    this.#start = start;
    this.#crashes = crashes;
    this.#actions = actions;
    this.#isAvoided = start.avoidedForCrashes;
    this.#wasWell = start.hardwareAcceleration;
  }

  get standing(): GpuStanding {
    if (!this.#isAvoided) return { kind: 'open' };
    return { kind: 'avoided', restarts: !this.#start.hardwareAcceleration };
  }

  /** The GPU process died. */
  crashed(): void {
    this.#wasWell = false;
    this.#crashes.record();
    if (this.#isAvoided || this.#crashes.count < MAX_GPU_CRASHES) return;
    this.#isAvoided = true;
    this.#actions.avoid(crashReason(this.#crashes.count));
  }

  /** The user wants the GPU tried again: three more crashes end that too. */
  retry(): void {
    if (!this.#isAvoided) return;
    this.#crashes.forget();
    // Chromium decides once, at its start, whether it uses the GPU at all.
    if (!this.#start.hardwareAcceleration) {
      this.#actions.relaunch();
      return;
    }
    this.#isAvoided = false;
    this.#actions.avoid(null);
  }

  /** The app ends. */
  quit(): void {
    if (this.#wasWell) this.#crashes.forget();
  }
}
