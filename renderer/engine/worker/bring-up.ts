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

/** A device that has proved itself, and what is loaded and held on it. */
export interface Workplace {
  readonly device: DeviceReport;
  readonly models: ModelSessions;
  readonly taps: TapStore;
}

export interface RunningEngine extends Workplace {
  readonly gpu: GpuWatch | null;
  /**
   * The CPU. Beside a GPU it is brought up when it is first asked for, in the same runtime, and proves itself likewise.
   * @throws EngineError `engine-start`, `engine-wrong-numbers`
   */
  cpu(): Promise<Workplace>;
  /** Whichever place holds a run; the engine's own where none does. */
  tapsOf(runId: string): TapStore;
}

/**
 * Chooses a device, loads the runtime, and shows on a known network that the numbers are right; where WebGPU's are not and
 * nobody insists on it, the CPU takes over and the report says why.
 * @throws EngineError `engine-no-webgpu`, `engine-start`, `engine-wrong-numbers`
 */
export async function bringUp(start: StartMessage, surroundings: Surroundings): Promise<RunningEngine> {
  const choice = await chooseDevice(start, surroundings);
  const { ort, name } = await loadRuntime(choice.gpu !== null, choice.report.threads);
  // One mutex for every bench of the Worker: runs on the CPU and on the GPU share a runtime.
  const mutex = new Mutex();
  const benchFor = (gpu: GpuWatch | null): Bench => ({ ort, gpu, mutex });

  const bench = benchFor(choice.gpu);
  const fault = await prove(bench);
  if (fault === null) return engine(bench, choice, name, () => besideGpu(benchFor(null), choice, name, surroundings));
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

/** The CPU for those who ask for it by name while the engine runs on a GPU. */
async function besideGpu(
  bench: Bench,
  { report: { preference, threads } }: DeviceChoice,
  runtime: string,
  surroundings: Surroundings,
): Promise<Workplace> {
  const fault = await prove(bench);
  if (fault !== null) throw fault;
  return workplace(bench, onCpu(preference, threads, null, surroundings), runtime);
}

function workplace(bench: Bench, choice: DeviceChoice, runtime: string): Workplace {
  const taps = tapStore(bench);
  return {
    device: { ...choice.report, runtime },
    models: new ModelSessions(bench, taps, choice.software),
    taps,
  };
}

/** @param bringUpCpu null where the engine runs on it anyway */
function engine(
  bench: Bench,
  choice: DeviceChoice,
  runtime: string,
  bringUpCpu: (() => Promise<Workplace>) | null = null,
): RunningEngine {
  const own = workplace(bench, choice, runtime);
  let cpu: Workplace | null = null;
  return {
    ...own,
    gpu: bench.gpu,
    cpu: async () => {
      if (bench.gpu === null || bringUpCpu === null) return own;
      cpu ??= await bringUpCpu();
      return cpu;
    },
    tapsOf: (runId) => (cpu?.taps.holds(runId) ? cpu.taps : own.taps),
  };
}
