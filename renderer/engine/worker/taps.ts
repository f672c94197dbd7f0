import type { Tensor } from 'onnxruntime-web';
import { attentionRow } from '../../../models/attention/row.ts';
import { cellCount } from '../../../models/cvt/grids.ts';
import { EngineError } from '../../../models/errors.ts';
import type { RowQuery, StageReport } from '../protocol.ts';
import type { Mutex } from './mutex.ts';
import { type Outputs, readBack } from './network.ts';

/**
 * Two and a half runs of CvT-W24 at 384 (95 MB each) or forty of CvT-13 at 224, and little enough for a GPU that shares the
 * machine's memory. The latest run is held whatever its size.
 */
const TAP_BYTES = 256 * 2 ** 20;
const FLOAT_BYTES = 4;

interface BlockTaps {
  readonly q: Tensor;
  readonly k: Tensor;
  /** Once read back. */
  values: Promise<{ readonly q: Float32Array; readonly k: Float32Array }> | null;
}

interface HeldRun {
  readonly stages: readonly StageReport[];
  /** The width of each stage. */
  readonly dims: readonly number[];
  /** [stage][block] */
  readonly blocks: readonly (readonly BlockTaps[])[];
  readonly bytes: number;
}

/** Q and K of the latest runs, on the device until a block is looked at (DESIGN.md idea 5). */
export class TapStore {
  readonly #mutex: Mutex;
  readonly #budget: number;
  /** In order of use, the least recent first. */
  readonly #runs = new Map<string, HeldRun>();

  constructor(mutex: Mutex, budget: number = TAP_BYTES) {
    this.#mutex = mutex;
    this.#budget = budget;
  }

  /** Takes over the taps among `outputs`; earlier runs make room. */
  hold(runId: string, outputs: Outputs, stages: readonly StageReport[], dims: readonly number[]): void {
    const tap = (name: string): Tensor => {
      const tensor = outputs.get(name);
      if (!tensor) throw new TypeError(`The network has no output ${name}.`);
      return tensor;
    };
    const blocks = stages.map(({ depth }, stage) =>
      Array.from({ length: depth }, (_, block): BlockTaps => {
        const prefix = `stage${stage}.block${block}`;
        return { q: tap(`${prefix}.q`), k: tap(`${prefix}.k`), values: null };
      }),
    );
    const bytes = blocks.flat().reduce((sum, { q, k }) => sum + (q.size + k.size) * FLOAT_BYTES, 0);
    this.#runs.set(runId, { stages, dims, blocks, bytes });
    this.#makeRoom(runId);
  }

  /**
   * What `query` attends to, [cls + keys].
   * @throws EngineError `taps-released`, `engine-bad-request`
   */
  async row(query: RowQuery): Promise<Float32Array> {
    const { runId, stage, block, head } = query;
    const run = this.#use(runId);
    const taps = run.blocks[stage]?.[block];
    const report = run.stages[stage];
    const dim = run.dims[stage];
    if (!taps || !report || !dim)
      throw new EngineError('engine-bad-request', `There is no stage ${stage} with a block ${block} in this network.`);
    taps.values ??= this.#read(runId, taps, `stage${stage}.block${block}`);
    const { q, k } = await taps.values;
    const { grids, heads } = report;
    return attentionRow(
      {
        q,
        k,
        heads,
        queries: grids.cls + cellCount(grids.tokens),
        keys: grids.cls + cellCount(grids.keys),
        headDim: dim / heads,
        scale: dim ** -0.5,
      },
      head,
      query.query,
    );
  }

  /** Lets go of every run. */
  clear(): void {
    for (const runId of [...this.#runs.keys()]) this.#release(runId);
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

  #read(runId: string, taps: BlockTaps, name: string): Promise<{ q: Float32Array; k: Float32Array }> {
    return this.#mutex.run(async () => {
      // It may have been let go while this waited for its turn.
      this.#use(runId);
      return { q: await readBack(taps.q, `${name}.q`), k: await readBack(taps.k, `${name}.k`) };
    });
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
    const taps = this.#runs.get(runId)?.blocks.flat() ?? [];
    this.#runs.delete(runId);
    void this.#mutex.run(async () => {
      for (const { q, k } of taps) {
        q.dispose();
        k.dispose();
      }
    });
  }
}
