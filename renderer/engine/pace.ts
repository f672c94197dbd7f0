import type { DeviceReport, EngineProgress, Provider } from './protocol.ts';
import type { Patience } from './watchdog.ts';

/**
 * How fast this machine is, learned from what it did, and what may therefore be expected of it. Deadlines are generous: a
 * Worker that is ended too early costs more than one that is noticed late.
 */

type Phase = EngineProgress['phase'];

/** The wasm is compiled, a GPU device made, and the self-test run; on SwiftShader that takes most of 20 s. */
const START_MS = 120_000;
/** Compiling shaders or prepacking weights; a 1.1 GB checkpoint on a slow disk included. */
const COMPILE_MS = 180_000;
const STEP_MS = 60_000;
/** Multiply-adds per ms before anything was measured: SwiftShader does about 180,000, a single WASM thread a few million. */
const UNKNOWN_RATES: Readonly<Record<Provider, number>> = { webgpu: 30_000, wasm: 300_000 };
/** How much slower than the last run one may be: other programs, thermal throttling, first-run compilation. */
const SLACK = 10;
const RUN_MIN_MS = 30_000;
/** An event loop that should turn, but resizes 100 megapixels, compiles or collects garbage between two beats. */
const SILENCE_MS = 20_000;
/** Ending the Worker also loses the maps that were held; not worth it for less. */
const RESTART_MARGIN_MS = 3_000;

export const STARTING: Patience = { doing: 'starting', deadlineMs: START_MS, silenceMs: null };
export const READING_TAPS: Patience = { doing: 'reading attention', deadlineMs: STEP_MS, silenceMs: SILENCE_MS };

export class Pace {
  readonly #now: () => number;
  /** Multiply-adds per ms of the last run, by provider. */
  readonly #rates = new Map<Provider, number>();
  #startMs: number | null = null;
  /** Of the last model: reading, building, compiling, warming. */
  #loadMs = 0;
  #startedAt = 0;
  #phase: { readonly name: Phase; readonly since: number; readonly multiplyAdds: number | null } | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  workerSpawned(): void {
    this.#startedAt = this.#now();
    this.#phase = null;
  }

  workerReady(): void {
    this.#startMs = this.#now() - this.#startedAt;
  }

  /** A request enters `phase`: notes how long the one before took, and says how long this one may take. */
  enter(phase: Phase, multiplyAdds: number | null, device: DeviceReport): Patience {
    if (this.#phase?.name !== phase) {
      this.leave(device, true);
      if (phase === 'reading') this.#loadMs = 0;
      this.#phase = { name: phase, since: this.#now(), multiplyAdds };
    }
    const silenceMs = device.provider === 'webgpu' ? SILENCE_MS : null;
    switch (phase) {
      case 'reading':
        return { doing: 'reading the checkpoint', deadlineMs: null, silenceMs: SILENCE_MS };
      case 'converting':
        return { doing: 'converting the weights', deadlineMs: null, silenceMs: SILENCE_MS };
      case 'building':
        return { doing: 'building the graph', deadlineMs: STEP_MS, silenceMs: null };
      case 'compiling':
        return { doing: 'loading the network', deadlineMs: COMPILE_MS, silenceMs: null };
      case 'warming':
      case 'running':
        return { doing: 'running the network', deadlineMs: this.#runDeadline(multiplyAdds, device), silenceMs };
      case 'studying':
        return this.studying(multiplyAdds, device);
      default:
        return { doing: 'preparing the picture', deadlineMs: STEP_MS, silenceMs: SILENCE_MS };
    }
  }

  /**
   * One step of a study, on whichever of the devices its run was on. Some run in plain code, on a GPU too, so that silence
   * tells nothing.
   * @param multiplyAdds of the step; null where it is not known yet
   */
  studying(multiplyAdds: number | null, device: DeviceReport): Patience {
    const known = [...this.#rates.keys()];
    const providers = known.length > 0 ? known : [device.provider];
    const deadlines = providers.map((provider) => this.#runDeadline(multiplyAdds, { provider }));
    return { doing: 'studying the attention', deadlineMs: Math.max(...deadlines), silenceMs: null };
  }

  /** The request's current phase ends; only one that was `completed` says something about speed. */
  leave(device: DeviceReport, completed: boolean): void {
    const phase = this.#phase;
    this.#phase = null;
    if (phase === null || !completed) return;
    const ms = this.#now() - phase.since;
    if (phase.name === 'running' && phase.multiplyAdds !== null)
      this.#rates.set(device.provider, phase.multiplyAdds / Math.max(ms, 1));
    if (['reading', 'converting', 'building', 'compiling', 'warming'].includes(phase.name)) this.#loadMs += ms;
  }

  /**
   * Whether a fresh Worker with the model loaded would be there before the current run ends. Never on WebGPU: what was
   * submitted to a GPU runs to its end, whoever has gone, and the next Worker waits behind it.
   */
  restartIsSooner(device: DeviceReport): boolean {
    if (device.provider === 'webgpu') return false;
    const phase = this.#phase;
    if (phase?.name !== 'running' || phase.multiplyAdds === null || this.#startMs === null) return false;
    const rate = this.#rates.get(device.provider);
    if (rate === undefined) return false;
    const remaining = phase.multiplyAdds / rate - (this.#now() - phase.since);
    return remaining > this.#startMs + this.#loadMs + RESTART_MARGIN_MS;
  }

  #runDeadline(multiplyAdds: number | null, device: Pick<DeviceReport, 'provider'>): number {
    if (multiplyAdds === null) return COMPILE_MS;
    const measured = this.#rates.get(device.provider);
    const slowest = measured === undefined ? UNKNOWN_RATES[device.provider] : measured / SLACK;
    return RUN_MIN_MS + multiplyAdds / slowest;
  }
}
