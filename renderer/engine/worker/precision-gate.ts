import { EngineError, type LensError } from '../../../models/errors.ts';
import { type Precision, precisionWords } from '../../../models/precision/precision.ts';
import type { DeviceReport, PrecisionReport } from '../protocol.ts';
import { diagnose } from './faults.ts';
import type { Bench } from './network.ts';
import { selfTest } from './self-test.ts';

/**
 * What a device is trusted with. Each precision proves itself on a known network before its first result, once for a device and a
 * runtime, which is as long as a Worker lives; fp32 has when the engine came up.
 */
export class PrecisionGate {
  readonly #bench: Bench;
  readonly #device: Pick<DeviceReport, 'provider' | 'adapter' | 'precisions'>;
  /** Null: its numbers are right. Else why they are not. */
  readonly #verdicts = new Map<Precision, string | null>([['fp32', null]]);

  constructor(bench: Bench, device: Pick<DeviceReport, 'provider' | 'adapter' | 'precisions'>) {
    this.#bench = bench;
    this.#device = device;
  }

  /** What a network that is wanted in `asked` is run in. @throws EngineError where the device is lost, or out of memory, meanwhile */
  async settle(asked: Precision): Promise<PrecisionReport> {
    const reason = this.#device.precisions.includes(asked) ? await this.#verdict(asked) : missing(asked, this.#device);
    return reason === null ? { asked, ran: asked, reason } : { asked, ran: 'fp32', reason };
  }

  async #verdict(precision: Precision): Promise<string | null> {
    const known = this.#verdicts.get(precision);
    if (known !== undefined) return known;
    const fault = await prove(this.#bench, precision);
    const verdict = fault === null ? null : `${fault.message} This model runs in ${precisionWords('fp32')} instead.`;
    this.#verdicts.set(precision, verdict);
    return verdict;
  }
}

/**
 * Whether a device computes what it should: null where it does.
 * @throws EngineError where it failed in a way that a fresh Worker may mend
 */
export async function prove(bench: Bench, precision: Precision): Promise<EngineError | null> {
  const device = bench.gpu ? 'WebGPU' : 'The CPU';
  const how = precision === 'fp32' ? '' : ` in ${precisionWords(precision)}`;
  try {
    const wrong = await selfTest(bench, precision);
    return wrong === null
      ? null
      : new EngineError('engine-wrong-numbers', `${device} gave wrong numbers${how}: ${wrong}.`);
  } catch (thrown) {
    const { error, fatal } = await diagnose(thrown, bench.gpu);
    // At the start the caller decides what a failure means; later, the Worker goes on with what it has or is replaced.
    if (fatal && precision !== 'fp32') throw error;
    // The device is not to blame for files that did not come.
    if (error instanceof EngineError && error.code === 'engine-start') return error;
    return new EngineError('engine-start', sentence(`${device} could not run a small test network${how}`, error), {
      cause: thrown,
    });
  }
}

function sentence(what: string, { message }: LensError): string {
  const text = `${what}: ${message}`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function missing(asked: Precision, { provider, adapter }: Pick<DeviceReport, 'provider' | 'adapter'>): string {
  const instead = `This model runs in ${precisionWords('fp32')} instead.`;
  if (asked === 'int8') return `8-bit integers are for the CPU, and the engine runs on WebGPU. ${instead}`;
  if (provider === 'wasm') return `16-bit floats need a GPU, and the engine runs on the CPU. ${instead}`;
  return `The GPU (${adapter ?? 'unnamed adapter'}) does not compute in 16-bit floats (shader-f16). ${instead}`;
}
