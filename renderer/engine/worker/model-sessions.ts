import { CheckpointWeights } from '../../../models/cvt/checkpoint-weights.ts';
import { countParameters } from '../../../models/cvt/counts.ts';
import { attentionPieceBytes, footprintOf, refusalOf } from '../../../models/cvt/footprint.ts';
import { networkFacts } from '../../../models/cvt/network-facts.ts';
import { type CvtCheckpoint, openCvt } from '../../../models/cvt/open-cvt.ts';
import { parseSpec, toOfficialSpec } from '../../../models/cvt/spec.ts';
import { throwIfCancelled } from '../../../models/errors.ts';
import { buildCvtGraph } from '../../../models/onnx/build-cvt-graph.ts';
import type { Precision } from '../../../models/precision/precision.ts';
import type { ConvertedFiles } from '../../storage/converted-files.ts';
import type { ModelRef, ModelReport, PrecisionReport } from '../protocol.ts';
import { type CheckpointFile, openCheckpointFile } from './checkpoint-file.ts';
import { convertedWeights } from './converted-weights.ts';
import { byteLength } from './external-data.ts';
import { type Bench, CHECKPOINT_PATH, forDevice, Network } from './network.ts';
import type { PrecisionGate } from './precision-gate.ts';
import { type SessionSize, sessionsToRelease } from './session-room.ts';
import type { TapStore } from './taps.ts';
import type { Task } from './task.ts';

/**
 * The runtime is slower at first (tier-up on the CPU, shaders on the GPU), so that a prepared network is run once in advance.
 * On the CPU the gain is a fraction of a second, and above this many multiply-adds the run costs more than that.
 */
const WARM_CPU_MULTIPLY_ADDS = 10e9;

/**
 * What a session is for. One for predictions computes nothing else and takes less time and memory; one for attention gives the
 * predictions too.
 */
export type Purpose = 'attention' | 'predictions';

/** Weights from this size on are not held twice: what is loaded for attention serves predictions. */
const HELD_ONCE_BYTES = 256e6;

export interface LoadedModel extends SessionSize {
  /** As it was last asked for. */
  report: ModelReport;
  /** For studies, which may outlive the session. */
  readonly weights: CheckpointWeights;
  readonly network: Network;
  readonly file: CheckpointFile;
  warm: boolean;
}

/** Where a model stands among those that are loaded. */
export interface FoundModel {
  readonly key: string;
  readonly precision: PrecisionReport;
  /** Null where it has to be loaded. */
  readonly known: LoadedModel | null;
}

/** The networks that are compiled: made when first asked for, released when others need the room. */
export class ModelSessions {
  readonly #bench: Bench;
  readonly #taps: Pick<TapStore, 'detach'>;
  readonly #software: boolean;
  readonly #gate: Pick<PrecisionGate, 'settle'>;
  readonly #files: ConvertedFiles | null;
  /** In order of use, the least recent first. */
  readonly #loaded = new Map<string, LoadedModel>();

  /**
   * @param taps of the networks' runs
   * @param software a GPU in disguise, on which a run in advance costs more than it saves
   * @param files where converted weights are kept; null where they cannot be
   */
  constructor(
    bench: Bench,
    taps: Pick<TapStore, 'detach'>,
    software: boolean,
    gate: Pick<PrecisionGate, 'settle'>,
    files: ConvertedFiles | null,
  ) {
    this.#bench = bench;
    this.#taps = taps;
    this.#software = software;
    this.#gate = gate;
    this.#files = files;
  }

  /**
   * Looks whether it is loaded, from a file that is still the same. To be begun ahead of {@link load} by who has something else to do
   * meanwhile: a server is asked.
   */
  async find(model: ModelRef, task: Task, purpose: Purpose = 'attention'): Promise<FoundModel> {
    const precision = await this.#gate.settle(model.precision ?? 'fp32');
    const key = this.#keyFor(model, precision.ran, purpose);
    return { key, precision, known: await this.#known(key, task) };
  }

  /**
   * @param finding of the same model, where that was begun ahead
   * @throws CheckpointError, SpecError, EngineError, CancelledError
   */
  async load(
    model: ModelRef,
    task: Task,
    purpose: Purpose = 'attention',
    finding: Promise<FoundModel> = this.find(model, task, purpose),
  ): Promise<LoadedModel> {
    const { key, precision, known } = await finding;
    this.#loaded.delete(key);
    const loaded = known ?? (await this.#make(model, precision, purpose, task));
    // The same network may have been asked for in another precision, or come to instead of it.
    loaded.report = { ...loaded.report, precision };
    this.#loaded.set(key, loaded);
    return loaded;
  }

  #keyFor(model: ModelRef, precision: Precision, purpose: Purpose): string {
    const attention = keyOf(model, precision, 'attention');
    const held = this.#loaded.get(attention);
    return held && held.bytes >= HELD_ONCE_BYTES ? attention : keyOf(model, precision, purpose);
  }

  /** What is loaded, unless the file that it was loaded from is another by now. */
  async #known(key: string, { signal }: Task): Promise<LoadedModel | null> {
    const known = this.#loaded.get(key);
    if (!known) return null;
    if (await known.file.isCurrent(signal)) return known;
    await this.#release(key);
    return null;
  }

  /** Runs a network once on nothing, unless that is done or not worth it. */
  async warmUp(model: LoadedModel, task: Task): Promise<void> {
    const { multiplyAdds, input } = model.report;
    const worthIt = this.#bench.gpu ? !this.#software : multiplyAdds <= WARM_CPU_MULTIPLY_ADDS;
    if (model.warm || !worthIt) return;
    task.progress({ phase: 'warming' }, multiplyAdds);
    await model.network.discard(await model.network.run(new Float32Array(3 * input.rows * input.cols)));
    model.warm = true;
  }

  async #make(model: ModelRef, precision: PrecisionReport, purpose: Purpose, task: Task): Promise<LoadedModel> {
    const { signal, progress } = task;
    const clock = stopwatch();
    const file = await openCheckpointFile(model, task);
    const spec = model.spec === null ? null : parseSpec(model.spec, model.title);
    const checkpoint = await openCvt(file.source, { spec, activation: model.activation, signal });
    const { height, width } = model.preprocessing;
    const refusal = refusalOf(checkpoint.spec, checkpoint.numClasses, { height, width });
    if (refusal) throw refusal;
    const { multiplyAdds, runBytes } = footprintOf(checkpoint.spec, checkpoint.numClasses, { height, width });
    const { ran } = precision;
    const used =
      ran === 'fp32'
        ? { checkpoint, weights: file.weights }
        : await convertedModel(model.id, checkpoint, ran, this.#files, task);
    const readMs = clock();

    progress({ phase: 'building' }, multiplyAdds);
    const { gpu } = this.#bench;
    const graph = await buildCvtGraph(used.checkpoint, {
      precision: ran,
      ...forDevice(this.#bench),
      height,
      width,
      batch: 1,
      outputs: purpose === 'attention' ? { received: true, taps: true } : {},
      placement: { kind: 'external', path: CHECKPOINT_PATH },
      maxTensorBytes: attentionPieceBytes(checkpoint.spec, { height, width }, gpu?.maxTensorBytes ?? null),
      signal,
    });
    const buildMs = clock();

    progress({ phase: 'compiling' }, multiplyAdds);
    const size: SessionSize = { modelKey: modelKeyOf(model, ran), bytes: byteLength(used.weights), runBytes };
    await this.#makeRoom(size);
    const network = await Network.compile(this.#bench, graph, used.weights, { height, width }, ran);
    file.compiled();
    if (signal.aborted) await network.release();
    throwIfCancelled(signal);
    const timings = { readMs, buildMs, sessionMs: clock() };
    return {
      report: { ...describe(model, checkpoint), precision, timings },
      weights: new CheckpointWeights(checkpoint, ran),
      network,
      file,
      warm: false,
      ...size,
    };
  }

  /** Before the new weights come in, so that the peak is not both. */
  async #makeRoom(wanted: SessionSize): Promise<void> {
    for (const key of sessionsToRelease([...this.#loaded], wanted)) await this.#release(key);
  }

  async #release(key: string): Promise<void> {
    const model = this.#loaded.get(key);
    this.#loaded.delete(key);
    if (!model) return;
    await this.#taps.detach(model.network);
    await model.network.release();
  }
}

async function convertedModel(...converting: Parameters<typeof convertedWeights>) {
  const { checkpoint, blob } = await convertedWeights(...converting);
  return { checkpoint, weights: blob };
}

function describe(
  { id, preprocessing }: ModelRef,
  checkpoint: CvtCheckpoint,
): Omit<ModelReport, 'precision' | 'timings'> {
  const { spec, variant, numClasses, activation } = checkpoint;
  const { height, width } = preprocessing;
  return {
    id,
    spec: toOfficialSpec(spec),
    variant,
    numClasses,
    parameters: countParameters(spec, numClasses),
    activation,
    ...networkFacts(spec, numClasses, { rows: height, cols: width }),
  };
}

/** What makes two references the same network. Resize and normalisation do not: they happen before it. */
function keyOf(model: ModelRef, precision: Precision, purpose: Purpose): string {
  const { height, width } = model.preprocessing;
  return JSON.stringify([modelKeyOf(model, precision), height, width, purpose]);
}

function modelKeyOf({ id, weights, spec, activation }: ModelRef, precision: Precision): string {
  return JSON.stringify([id, weights.kind === 'url' ? weights.url : weights.blob.size, spec, activation, precision]);
}

/** Each call answers the milliseconds since the one before. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const ms = now - last;
    last = now;
    return ms;
  };
}
