import type { Tensor } from 'onnxruntime-web';
import { AttentionSessions } from '../../../models/attention/attention-sessions.ts';
import { RunStudies } from '../../../models/attention/run-studies.ts';
import type { CheckpointWeights } from '../../../models/cvt/checkpoint-weights.ts';
import type { GridSize } from '../../../models/cvt/grids.ts';
import { EngineError } from '../../../models/errors.ts';
import { allTapNames, tapName } from '../../../models/onnx/tap-names.ts';
import { compileAttention, type HeldTaps } from './attention-session.ts';
import type { Mutex } from './mutex.ts';
import { type Bench, type Network, type Outputs, readBack } from './network.ts';

/**
 * Two runs of CvT-W24 at 384 (182 MB each), which can then be compared, or thirty of CvT-13 at 224, and little enough for a
 * GPU that shares the machine's memory. The latest run is held whatever its size.
 */
const TAP_BYTES = 384 * 2 ** 20;
const FLOAT_BYTES = 4;

/** What is known about a run beside its taps. */
export interface RunFacts {
  /** What made the tensors; see {@link TapStore.detach}. */
  readonly network: Pick<Network, 'release'>;
  readonly weights: CheckpointWeights;
  /** In pixels. */
  readonly input: GridSize;
  readonly logits: Float32Array;
}

interface HeldRun {
  readonly network: RunFacts['network'];
  /** By name. A tensor that was read back is in memory and no longer on the device. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly values: Map<string, Promise<Float32Array>>;
  readonly studies: RunStudies;
  /** Of all taps, wherever each of them is; what studies keep beside is a hundredth of it. */
  readonly bytes: number;
}

/** An empty store for runs on `bench`. */
export function tapStore(bench: Bench): TapStore {
  const limit = bench.gpu?.maxTensorBytes ?? Number.POSITIVE_INFINITY;
  const sessions = new AttentionSessions<HeldTaps>((graph) => compileAttention(bench, graph), limit);
  return new TapStore(bench.mutex, sessions);
}

/** The taps of the latest runs, each on the device until it is looked at (DESIGN.md idea 5). */
export class TapStore {
  readonly #mutex: Mutex;
  readonly #sessions: AttentionSessions<HeldTaps>;
  readonly #budget: number;
  /** In order of use, the least recent first. */
  readonly #runs = new Map<string, HeldRun>();

  constructor(mutex: Mutex, sessions: AttentionSessions<HeldTaps>, budget: number = TAP_BYTES) {
    this.#mutex = mutex;
    this.#sessions = sessions;
    this.#budget = budget;
  }

  /** Takes over the taps among `outputs`; earlier runs make room. */
  hold(runId: string, outputs: Outputs, { network, weights, input, logits }: RunFacts): void {
    const { spec } = weights.checkpoint;
    const tensors = new Map<string, Tensor>();
    for (const name of allTapNames(spec.stages.map(({ depth }) => depth))) {
      const tensor = outputs.get(name);
      if (!tensor) throw new TypeError(`The network has no output ${name}.`);
      tensors.set(name, tensor);
    }
    const studies = new RunStudies({
      spec,
      input,
      logits,
      tap: (name) => this.#values(runId, name),
      weight: (key) => weights.read(key),
      attention: (stage, block, shape) =>
        this.#sessions.of(shape, {
          q: () => this.#tensor(runId, tapName(stage, block, 'q')),
          k: () => this.#tensor(runId, tapName(stage, block, 'k')),
        }),
    });
    const bytes = [...tensors.values()].reduce((sum, { size }) => sum + size * FLOAT_BYTES, 0);
    this.#runs.set(runId, { network, tensors, values: new Map(), studies, bytes });
    this.#makeRoom(runId);
  }

  holds(runId: string): boolean {
    return this.#runs.has(runId);
  }

  /**
   * All that can be asked about a run. A question that is under way when the run is let go ends in `taps-released`.
   * @throws EngineError `taps-released`
   */
  of(runId: string): RunStudies {
    return this.#use(runId).studies;
  }

  /**
   * Brings what is still on the device of a network's runs into memory. To be done before the network is released: freeing one of
   * its tensors afterwards jumps into the session that is gone (onnxruntime-web 1.30, WebGPU: "null function").
   */
  async detach(network: RunFacts['network']): Promise<void> {
    for (const run of [...this.#runs.values()].filter((each) => each.network === network))
      for (const [name, tensor] of run.tensors)
        await this.#mutex.run(async () => {
          if (tensor.location === 'gpu-buffer') await readBack(tensor, name);
        });
  }

  /** Lets go of every run, and of the graphs over taps. */
  async clear(): Promise<void> {
    for (const runId of [...this.#runs.keys()]) this.#release(runId);
    await this.#sessions.release();
  }

  #use(runId: string): HeldRun {
    const run = this.#runs.get(runId);
    if (!run)
      throw new EngineError(
        'taps-released',
        'The attention of this picture is no longer held; newer pictures took its place. Analyse it again.',
      );
    this.#runs.delete(runId);
    this.#runs.set(runId, run);
    return run;
  }

  #tensor(runId: string, name: string): Tensor {
    return this.#use(runId).tensors.get(name)!;
  }

  async #values(runId: string, name: string): Promise<Float32Array> {
    const { values } = this.#use(runId);
    const known = values.get(name);
    if (known) return known;
    const read = this.#mutex.run(() => {
      // It may have been let go while this waited for its turn.
      return readBack(this.#tensor(runId, name), name);
    });
    values.set(name, read);
    read.catch(() => values.delete(name));
    return read;
  }

  #makeRoom(newest: string): void {
    let total = 0;
    for (const { bytes } of this.#runs.values()) total += bytes;
    for (const [runId, { bytes }] of this.#runs) {
      if (total <= this.#budget || runId === newest) break;
      total -= bytes;
      this.#release(runId);
    }
  }

  #release(runId: string): void {
    const tensors = this.#runs.get(runId)?.tensors;
    this.#runs.delete(runId);
    void this.#mutex.run(async () => {
      for (const tensor of tensors?.values() ?? []) tensor.dispose();
    });
  }
}
