import type { ConvertedFiles } from '../../storage/converted-files.ts';
import type { DeviceReport } from '../protocol.ts';
import type { StartMessage } from '../worker-protocol.ts';
import { chooseDevice, cpuWords, type DeviceChoice, onCpu, type Surroundings } from './device.ts';
import type { GpuWatch } from './gpu-watch.ts';
import { ModelSessions } from './model-sessions.ts';
import { Mutex } from './mutex.ts';
import type { Bench } from './network.ts';
import { PrecisionGate, prove } from './precision-gate.ts';
import type { Runtime } from './runtime.ts';
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

/** What a Worker works with. */
export interface Means {
  readonly loadRuntime: (needsWebgpu: boolean, threads: number) => Promise<Runtime>;
  /** Where converted weights are kept; null where nothing can be. */
  readonly files: ConvertedFiles | null;
}

/**
 * Chooses a device, loads the runtime, and shows on a known network that the numbers are right; where WebGPU's are not and
 * nobody insists on it, the CPU takes over and the report says why.
 * @throws EngineError `engine-no-webgpu`, `engine-start`, `engine-wrong-numbers`
 */
export async function bringUp(start: StartMessage, surroundings: Surroundings, means: Means): Promise<RunningEngine> {
  const { loadRuntime, files } = means;
  const choice = await chooseDevice(start, surroundings);
  const { ort, name } = await loadRuntime(choice.gpu !== null, choice.report.threads);
  // One mutex for every bench of the Worker: runs on the CPU and on the GPU share a runtime.
  const mutex = new Mutex();
  const benchFor = (gpu: GpuWatch | null): Bench => ({ ort, gpu, mutex });

  const bench = benchFor(choice.gpu);
  const fault = await prove(bench, 'fp32');
  const place = (at: Bench, choice: DeviceChoice) => workplace(at, choice, name, files);
  if (fault === null)
    return engine(bench, place(bench, choice), async () => {
      // The CPU for those who ask for it by name while the engine runs on a GPU.
      const { preference, threads } = choice.report;
      const cpu = benchFor(null);
      const cpuFault = await prove(cpu, 'fp32');
      if (cpuFault !== null) throw cpuFault;
      return place(cpu, onCpu(preference, threads, null, surroundings));
    });
  if (choice.gpu === null || start.preference === 'webgpu') throw fault;

  choice.gpu.destroy();
  const { preference, threads } = choice.report;
  const cpu = benchFor(null);
  const cpuFault = await prove(cpu, 'fp32');
  if (cpuFault !== null) throw cpuFault;
  const reason = `${fault.message} Now ${cpuWords(threads)}.`;
  return engine(cpu, place(cpu, onCpu(preference, threads, reason, surroundings)));
}

function workplace(bench: Bench, choice: DeviceChoice, runtime: string, files: ConvertedFiles | null): Workplace {
  const taps = tapStore(bench);
  const gate = new PrecisionGate(bench, choice.report);
  return {
    device: { ...choice.report, runtime },
    models: new ModelSessions(bench, taps, choice.software, gate, files),
    taps,
  };
}

/** @param bringUpCpu null where the engine runs on it anyway */
function engine(bench: Bench, own: Workplace, bringUpCpu: (() => Promise<Workplace>) | null = null): RunningEngine {
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
