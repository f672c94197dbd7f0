import {
  type AttentionGraph,
  type AttentionGraphKind,
  type AttentionShape,
  buildAttentionGraph,
} from '../onnx/attention-graph.ts';
import type { HeadStatistics } from './head-statistics.ts';

/**
 * Scores are made for as many queries at a time as have this many bytes of them. A study's graph holds a handful of such tensors at a
 * time, in the room that a loaded network's run has left.
 */
const PIECE_BYTES = 32 * 2 ** 20;
/** Each piece is a dozen nodes of the graph; of inputs that would need more pieces than this, pieces are larger. */
const MOST_PIECES = 128;
const FLOAT_BYTES = 4;
/** Three stages of a network in three kinds. */
const KEPT_SESSIONS = 9;

/**
 * Session options for these graphs, in onnxruntime's words: a session's own arena would keep its largest moment for good, which
 * for a stage's scores is hundreds of megabytes that no other session can use.
 */
export const FRUGAL = { enableCpuMemArena: false, enableMemPattern: false } as const;

export interface Feed {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A compiled {@link AttentionGraph}. @typeParam Taps where a run's Q and K are; only the runtime knows */
export interface AttentionSession<Taps> {
  /** @param feeds the inputs beside `q` and `k` @returns the outputs, in memory */
  run(taps: Taps, feeds: Readonly<Record<string, Feed>>): Promise<ReadonlyMap<string, Float32Array>>;
  release(): Promise<void>;
}

/** Centres of a block's grid queries and keys, in pixels of the network's input. */
export interface GridCentres {
  /** [grid queries] each. */
  readonly queryY: Float32Array;
  readonly queryX: Float32Array;
  /** [grid keys] each. */
  readonly keyY: Float32Array;
  readonly keyX: Float32Array;
}

/** What can be asked about the whole attention of a block without holding it. */
export interface BlockAttention {
  /** @param weights [queries], CLS counted @returns [heads, keys]: Σ_q weights[q] · A[q, ·] */
  sums(weights: Float32Array): Promise<Float32Array>;
  statistics(centres: GridCentres): Promise<HeadStatistics>;
  /** @returns [heads, queries]: the log-sum-exp of each query's scaled scores */
  normalisers(): Promise<Float32Array>;
}

interface Kept<Taps> {
  readonly session: Promise<AttentionSession<Taps>>;
  users: number;
}

/** The graphs over Q and K, compiled when first needed and shared by all blocks of the same sizes. */
export class AttentionSessions<Taps> {
  readonly #compile: (graph: AttentionGraph) => Promise<AttentionSession<Taps>>;
  readonly #maxTensorBytes: number;
  /** In order of use, the least recent first. */
  readonly #kept = new Map<string, Kept<Taps>>();

  /** @param maxTensorBytes the device's binding limit */
  constructor(compile: (graph: AttentionGraph) => Promise<AttentionSession<Taps>>, maxTensorBytes: number) {
    this.#compile = compile;
    this.#maxTensorBytes = maxTensorBytes;
  }

  of(shape: AttentionShape, taps: Taps): BlockAttention {
    const { heads, queries, keys, cls } = shape;
    return {
      sums: async (weights) => {
        const perHead = new Float32Array(heads * queries);
        for (let head = 0; head < heads; head++) perHead.set(weights, head * queries);
        const feeds = { weights: { shape: [1, heads, 1, queries], data: perHead } };
        return output(await this.#run('sums', shape, taps, feeds), 'sums');
      },
      statistics: async ({ queryY, queryX, keyY, keyX }) => {
        const feeds = {
          query_y: { shape: [queries - cls, 1], data: queryY },
          query_x: { shape: [queries - cls, 1], data: queryX },
          key_y: { shape: [1, keys - cls], data: keyY },
          key_x: { shape: [1, keys - cls], data: keyX },
        };
        return fromSums(output(await this.#run('statistics', shape, taps, feeds), 'statistics'), shape);
      },
      normalisers: async () => output(await this.#run('normalisers', shape, taps, {}), 'normalisers'),
    };
  }

  async release(): Promise<void> {
    const sessions = [...this.#kept.values()];
    this.#kept.clear();
    for (const { session } of sessions) await (await session).release();
  }

  async #run(
    kind: AttentionGraphKind,
    shape: AttentionShape,
    taps: Taps,
    feeds: Readonly<Record<string, Feed>>,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const kept = this.#keep(kind, shape);
    kept.users += 1;
    try {
      return await (await kept.session).run(taps, feeds);
    } finally {
      kept.users -= 1;
    }
  }

  #keep(kind: AttentionGraphKind, shape: AttentionShape): Kept<Taps> {
    const { heads, queries, keys, headDim, cls } = shape;
    const key = [kind, heads, queries, keys, headDim, cls].join(' ');
    const known = this.#kept.get(key);
    this.#kept.delete(key);
    const kept = known ?? {
      session: this.#compile(buildAttentionGraph(kind, shape, this.#pieceBytes(shape))),
      users: 0,
    };
    this.#kept.set(key, kept);
    if (!known) {
      kept.session.catch(() => this.#kept.delete(key));
      this.#makeRoom();
    }
    return kept;
  }

  #pieceBytes({ heads, queries, keys }: AttentionShape): number {
    const least = (heads * queries * keys * FLOAT_BYTES) / MOST_PIECES;
    return Math.min(this.#maxTensorBytes, Math.max(PIECE_BYTES, least));
  }

  /** Sessions in use stay, whatever their number. */
  #makeRoom(): void {
    for (const [key, { session, users }] of this.#kept) {
      if (this.#kept.size <= KEPT_SESSIONS) return;
      if (users > 0) continue;
      this.#kept.delete(key);
      void session.then((each) => each.release()).catch(() => {});
    }
  }
}

/** @param sums the graph's `statistics` */
function fromSums(sums: Float32Array, { heads, queries, keys, cls }: AttentionShape): HeadStatistics {
  const width = keys + 2;
  const of = (head: number, at: number): number => sums[head * width + at]!;
  return {
    received: Float32Array.from({ length: heads * keys }, (_, at) => of(Math.floor(at / keys), at % keys) / queries),
    entropy: Float32Array.from({ length: heads }, (_, head) => -of(head, keys) / (Math.LN2 * queries)),
    distance: Float32Array.from({ length: heads }, (_, head) => of(head, keys + 1) / (queries - cls)),
  };
}

function output(outputs: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const values = outputs.get(name);
  if (!values) throw new TypeError(`The attention graph gave no ${name}.`);
  return values;
}
