import { EngineError } from '../../../models/errors.ts';
import type { DeviceReport } from '../protocol.ts';
import type { StartMessage } from '../worker-protocol.ts';
import { chooseDevice, cpuWords, type DeviceChoice, onCpu, type Surroundings } from './device.ts';
import { diagnose } from './faults.ts';
import type { GpuWatch } from './gpu-watch.ts';
import { ModelSessions } from './model-sessions.ts';
import { Mutex } from './mutex.ts';
import type { Bench } from './network.ts';
import { loadRuntime } from './runtime.ts';
import { selfTest } from './self-test.ts';
import { type TapStore, tapStore } from './taps.ts';

/** An engine that has proved itself on its device. */
export interface RunningEngine {
  readonly device: DeviceReport;
  readonly gpu: GpuWatch | null;
  readonly models: ModelSessions;
  readonly taps: TapStore;
}

/**
 * Chooses a device, loads the runtime, and shows on a known network that the numbers are right; where WebGPU's are not and
 * nobody insists on it, the CPU takes over and the report says why.
 * @throws EngineError `engine-no-webgpu`, `engine-start`, `engine-wrong-numbers`
 */
export async function bringUp(start: StartMessage, surroundings: Surroundings): Promise<RunningEngine> {
  const choice = await chooseDevice(start, surroundings);
  const { ort, name } = await loadRuntime(choice.gpu !== null, choice.report.threads);
  const benchFor = (gpu: GpuWatch | null): Bench => ({ ort, gpu, mutex: new Mutex() });

  const bench = benchFor(choice.gpu);
  const fault = await prove(bench);
  if (fault === null) return engine(bench, choice, name);
  if (choice.gpu === null || start.preference === 'webgpu') throw fault;

  choice.gpu.destroy();
  const { preference, threads } = choice.report;
  const cpu = benchFor(null);
  const cpuFault = await prove(cpu);
  if (cpuFault !== null) throw cpuFault;
  return engine(cpu, onCpu(preference, threads, `${fault.message} Now ${cpuWords(threads)}.`, surroundings), name);
}

/** Null where the device computes what it should. */
async function prove(bench: Bench): Promise<EngineError | null> {
  const device = bench.gpu ? 'WebGPU' : 'The CPU';
  try {
    const wrong = await selfTest(bench);
    return wrong === null ? null : new EngineError('engine-wrong-numbers', `${device} gave wrong numbers: ${wrong}.`);
  } catch (thrown) {
    const { error } = await diagnose(thrown, bench.gpu);
    const message = `${device} could not run a small test network: ${error.message}`;
    return new EngineError('engine-start', /[.!?]$/.test(message) ? message : `${message}.`, { cause: thrown });
  }
}

function engine(bench: Bench, choice: DeviceChoice, runtime: string): RunningEngine {
  const taps = tapStore(bench);
  return {
    device: { ...choice.report, runtime },
    gpu: bench.gpu,
    models: new ModelSessions(bench, taps, choice.software),
    taps,
  };
}
