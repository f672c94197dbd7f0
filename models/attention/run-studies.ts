import { cellCount, type GridSize, type StageGrids, stageGrids } from '../cvt/grids.ts';
import { layerNorm } from '../cvt/norms.ts';
import type { CvtSpec, StageSpec } from '../cvt/spec.ts';
import { EngineError, throwIfCancelled } from '../errors.ts';
import { type AttentionShape, attentionMultiplyAdds } from '../onnx/attention-graph.ts';
import { type BlockTap, FINAL_TAP, tapName } from '../onnx/tap-names.ts';
import type { BlockAttention, GridCentres } from './attention-sessions.ts';
import { type Attribution, type AttributionBlock, attribute, poolingWeights } from './attribution.ts';
import { centreOf, type GridGeometry, stageGeometries } from './geometry.ts';
import type { HeadStatistics } from './head-statistics.ts';
import { type ProjectionStudy, studyProjection } from './projection-study.ts';
import { type Rollout, type RolloutStart, rollout, type SpreadWeights } from './rollout.ts';
import { type AttentionTaps, attentionColumn, attentionRow, attentionRows } from './row.ts';
import { classHeads, depthwiseWeights, type ReadWeight, valueTapsOf } from './study-weights.ts';

/** One forward pass whose taps are kept, wherever they are kept. */
export interface StudySource {
  readonly spec: CvtSpec;
  /** In pixels. */
  readonly input: GridSize;
  /** [classes] */
  readonly logits: Float32Array;
  /** One tap by its name in the graph (tap-names.ts), in memory; others stay where they are. */
  tap(name: string): Promise<Float32Array>;
  /** A tensor of the checkpoint by its official key. */
  readonly weight: ReadWeight;
  attention(stage: number, block: number, shape: AttentionShape): BlockAttention;
}

/** How a study that walks through blocks is followed and stopped. */
export interface StudyWatch {
  readonly signal?: AbortSignal | undefined;
  /**
   * Called before each block; a promise is waited for, so that whoever studies can let others have a turn.
   * @param multiplyAdds of the step that comes
   */
  readonly onStep?: ((done: number, total: number, multiplyAdds: number) => Promise<void> | void) | undefined;
}

interface StageOfRun {
  readonly spec: StageSpec;
  readonly grids: StageGrids;
  readonly shape: AttentionShape;
}

/**
 * All that can be asked about one run beside its logits: the same numbers in the engine's Worker and on the command line.
 * Every question that names a stage, block, head, token or class that is not there ends in `engine-bad-request`.
 */
export class RunStudies {
  readonly #source: StudySource;
  readonly #stages: readonly StageOfRun[];
  readonly #normalisers = new Map<string, Promise<Float32Array>>();

  constructor(source: StudySource) {
    this.#source = source;
    const grids = stageGrids(source.spec, source.input.rows, source.input.cols);
    this.#stages = source.spec.stages.map((spec, index) => ({
      spec,
      grids: grids[index]!,
      shape: shapeOf(spec, grids[index]!),
    }));
  }

  /** @returns [cls + keys]; `head` null: the mean over heads */
  async row(stage: number, block: number, head: number | null, query: number): Promise<Float32Array> {
    return attentionRow(await this.#taps(stage, block), head, query);
  }

  /** @returns [depth, heads, cls + keys] */
  async stageRows(stage: number, query: number): Promise<Float32Array> {
    const { spec, shape } = this.#stage(stage);
    checkIndex(`token of stage ${stage}`, query, shape.queries);
    const rows = new Float32Array(spec.depth * shape.heads * shape.keys);
    const blocks = Array.from({ length: spec.depth }, (_, block) => this.#taps(stage, block));
    for (const [block, taps] of (await Promise.all(blocks)).entries())
      rows.set(attentionRows(taps, query), block * shape.heads * shape.keys);
    return rows;
  }

  /**
   * The first of a block walks through its whole attention, which `watch` hears of; later ones do not.
   * @returns [cls + queries]
   */
  async column(
    stage: number,
    block: number,
    head: number | null,
    key: number,
    watch: StudyWatch = {},
  ): Promise<Float32Array> {
    const { shape } = this.#block(stage, block);
    checkIndex(`key of stage ${stage}`, key, shape.keys);
    if (head !== null) checkIndex(`head of stage ${stage}`, head, shape.heads);
    const normalisers = await this.#normalisersOf(stage, block, watch);
    return attentionColumn(await this.#taps(stage, block), head, key, normalisers);
  }

  /** Of each block of the stage. */
  async statistics(stage: number, watch: StudyWatch = {}): Promise<readonly HeadStatistics[]> {
    const { spec, shape } = this.#stage(stage);
    const centres = this.#centres(stage);
    const all: HeadStatistics[] = [];
    for (let block = 0; block < spec.depth; block++) {
      await step(watch, block, spec.depth, 2 * attentionMultiplyAdds(shape));
      all.push(await this.#attention(stage, block).statistics(centres));
    }
    return all;
  }

  async rollout(start: RolloutStart, spread: SpreadWeights, watch: StudyWatch = {}): Promise<Rollout> {
    const { spec, input } = this.#source;
    const from = start.kind === 'answer' ? spec.stages.length - 1 : start.stage;
    this.#stage(from);
    const total = spec.stages.slice(0, from + 1).reduce((sum, { depth }) => sum + depth, 0);
    const valueTaps = spread === 'weighted' ? await valueTapsOf(spec, from, this.#source.weight) : [];
    let done = 0;
    return rollout(
      { spec, height: input.rows, width: input.cols, valueTaps: (stage, block) => valueTaps[stage]![block]! },
      start,
      spread,
      async (stage, block, r) => {
        const { shape } = this.#stage(stage);
        await step(watch, done++, total, attentionMultiplyAdds(shape));
        return meanOverHeads(await this.#attention(stage, block).sums(r), shape.heads);
      },
      { signal: watch.signal },
    );
  }

  /** In the order of `classes`, indices into the logits. */
  async attribution(classes: readonly number[], watch: StudyWatch = {}): Promise<readonly Attribution[]> {
    const { logits } = this.#source;
    for (const index of classes) checkIndex('class', index, logits.length);
    const last = this.#stages.length - 1;
    const { spec, grids, shape } = this.#stage(last);
    const [gamma, beta, final, tokens] = await Promise.all([
      this.#source.weight('norm.weight'),
      this.#source.weight('norm.bias'),
      this.#source.tap(FINAL_TAP),
      this.#tap(last, 0, 'tokens'),
    ]);
    const network = {
      cls: grids.cls,
      depth: spec.depth,
      heads: shape.heads,
      keys: shape.keys,
      width: spec.embedDim,
      initial: tokens.subarray(0, final.length),
      final,
      gamma,
      beta,
    };
    // With mean pooling every token is a query that counts, by its own σ.
    const queryWeights = grids.cls === 1 ? null : Float32Array.from(poolingWeights(final, spec.embedDim));
    const multiplyAdds =
      classes.length * spec.embedDim ** 2 + (queryWeights === null ? 0 : attentionMultiplyAdds(shape));
    const blockAt = async (block: number): Promise<AttributionBlock> => {
      await step(watch, block, spec.depth, multiplyAdds);
      const key = `stage${last}.blocks.${block}.attn.proj`;
      return {
        v: await this.#tap(last, block, 'v'),
        mlp: await this.#tap(last, block, 'mlp'),
        attention:
          queryWeights === null
            ? await this.#rowsOfCls(last, block)
            : await this.#attention(last, block).sums(queryWeights),
        projWeight: await this.#source.weight(`${key}.weight`),
        projBias: await this.#source.weight(`${key}.bias`),
      };
    };
    return attribute(network, blockAt, await classHeads(classes, logits, this.#source.weight), {
      signal: watch.signal,
    });
  }

  /** In plain code, not on the device; `watch` hears of it as one step. */
  async projection(stage: number, block: number, watch: StudyWatch = {}): Promise<ProjectionStudy> {
    const { spec, grids, shape } = this.#block(stage, block);
    const { embedDim } = spec;
    // Principal components of up to four token maps.
    await step(watch, 0, 1, 4 * shape.queries * embedDim * Math.min(embedDim, shape.queries));
    const key = `stage${stage}.blocks.${block}`;
    const [tokens, gamma, beta] = await Promise.all([
      this.#tap(stage, block, 'tokens'),
      this.#source.weight(`${key}.norm1.weight`),
      this.#source.weight(`${key}.norm1.bias`),
    ]);
    const normed = layerNorm(tokens.subarray(grids.cls * embedDim), gamma, beta);
    const weights = spec.projection === 'dw_bn' ? await depthwiseWeights(`${key}.attn`, this.#source.weight) : null;
    return studyProjection(spec, { grid: grids.tokens, tokens: normed }, weights);
  }

  #normalisersOf(stage: number, block: number, watch: StudyWatch): Promise<Float32Array> {
    const key = at(stage, block);
    const known = this.#normalisers.get(key);
    if (known) return known;
    const made = (async () => {
      // Nobody's own: a pointer that moved on must not withdraw it from the next.
      await watch.onStep?.(0, 1, attentionMultiplyAdds(this.#stage(stage).shape));
      return this.#attention(stage, block).normalisers();
    })();
    this.#normalisers.set(key, made);
    made.catch(() => this.#normalisers.delete(key));
    return made;
  }

  /** [heads, keys] of the query CLS. */
  async #rowsOfCls(stage: number, block: number): Promise<Float32Array> {
    return attentionRows(await this.#taps(stage, block), 0);
  }

  #centres(stage: number): GridCentres {
    const { spec, input } = this.#source;
    const { tokens, keys } = stageGeometries(spec, input.rows, input.cols)[stage]!;
    const axis = (grid: GridGeometry, pick: 'x' | 'y') =>
      Float32Array.from({ length: grid.rows.count * grid.cols.count }, (_, cell) => centreOf(grid, cell)[pick]);
    return { queryY: axis(tokens, 'y'), queryX: axis(tokens, 'x'), keyY: axis(keys, 'y'), keyX: axis(keys, 'x') };
  }

  #attention(stage: number, block: number): BlockAttention {
    return this.#source.attention(stage, block, this.#stage(stage).shape);
  }

  async #taps(stage: number, block: number): Promise<AttentionTaps> {
    const { spec, shape } = this.#block(stage, block);
    const [q, k] = await Promise.all([this.#tap(stage, block, 'q'), this.#tap(stage, block, 'k')]);
    const { heads, queries, keys, headDim } = shape;
    return { q, k, heads, queries, keys, headDim, scale: spec.embedDim ** -0.5 };
  }

  #tap(stage: number, block: number, tap: BlockTap): Promise<Float32Array> {
    return this.#source.tap(tapName(stage, block, tap));
  }

  #block(stage: number, block: number): StageOfRun {
    const found = this.#stage(stage);
    checkIndex(`block of stage ${stage}`, block, found.spec.depth);
    return found;
  }

  #stage(stage: number): StageOfRun {
    checkIndex('stage', stage, this.#stages.length);
    return this.#stages[stage]!;
  }
}

function shapeOf({ numHeads, embedDim }: StageSpec, { cls, tokens, keys }: StageGrids): AttentionShape {
  return {
    heads: numHeads,
    queries: cls + cellCount(tokens),
    keys: cls + cellCount(keys),
    headDim: embedDim / numHeads,
    cls,
  };
}

async function step({ signal, onStep }: StudyWatch, done: number, total: number, multiplyAdds: number): Promise<void> {
  throwIfCancelled(signal);
  await onStep?.(done, total, multiplyAdds);
  throwIfCancelled(signal);
}

function meanOverHeads(sums: Float32Array, heads: number): Float32Array {
  const keys = sums.length / heads;
  const mean = new Float64Array(keys);
  for (let head = 0; head < heads; head++)
    for (let key = 0; key < keys; key++) mean[key] = mean[key]! + sums[head * keys + key]! / heads;
  return Float32Array.from(mean);
}

function checkIndex(what: string, index: number, count: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new EngineError('engine-bad-request', `There is no ${what} ${index}; this network has ${count}.`);
}

function at(stage: number, block: number): string {
  return `${stage}.${block}`;
}
