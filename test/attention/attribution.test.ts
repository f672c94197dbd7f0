import { describe, expect, it } from 'vitest';
import {
  type Attribution,
  type AttributionBlock,
  type AttributionNetwork,
  attribute,
  type ClassHead,
  poolingWeights,
} from '../../models/attention/attribution.ts';
import { attributionParts, keyContributions } from '../../models/attention/attribution-parts.ts';
import { attentionRows, weightedRows } from '../../models/attention/row.ts';
import { mulberry32 } from './pointing/random.ts';
import { attentionMatrix, type Matrix, randomFloats, randomTaps, range, sum } from './reference.ts';

const DEPTH = 3;
const HEADS = 2;
const HEAD_DIM = 3;
const WIDTH = HEADS * HEAD_DIM;
const TOKENS = 5;
const GRID_KEYS = 4;
const CLASSES = 3;

interface Case {
  readonly cls: 0 | 1;
  readonly network: AttributionNetwork;
  readonly blocks: readonly (AttributionBlock & { readonly matrices: readonly Matrix[] })[];
  readonly classes: readonly ClassHead[];
  /** [pooled][C], before the final LayerNorm, in double precision. */
  readonly final: Matrix;
}

/**
 * A last stage run forward from its definition, x + A·V·W_Oᵀ + b_O, then + MLP, for the tokens that are pooled. What V and the
 * MLP are made of does not matter to the decomposition, so they are noise.
 */
function lastStage(cls: 0 | 1, seed: number): Case {
  const random = mulberry32(seed);
  const pooled = cls ? 1 : TOKENS;
  const keys = cls + GRID_KEYS;
  const initial = randomFloats(random, pooled * WIDTH);
  const raw = range(DEPTH).map(() => ({
    taps: randomTaps(random, HEADS, cls + TOKENS, keys, HEAD_DIM),
    v: randomFloats(random, keys * WIDTH),
    mlp: randomFloats(random, pooled * WIDTH),
    projWeight: randomFloats(random, WIDTH * WIDTH),
    projBias: randomFloats(random, WIDTH),
  }));
  let x: number[][] = range(pooled).map((token) => [...initial.subarray(token * WIDTH, (token + 1) * WIDTH)]);
  for (const { taps, v, mlp, projWeight, projBias } of raw) {
    const matrices = attentionMatrix(taps);
    x = x.map((values, token) => {
      const mixed = range(WIDTH).map((i) => {
        const head = Math.floor(i / HEAD_DIM);
        const row = matrices[head]![token]!;
        return sum(row.map((a, key) => a * v[(head * keys + key) * HEAD_DIM + (i % HEAD_DIM)]!));
      });
      return values.map(
        (value, out) =>
          value +
          sum(mixed.map((m, i) => m * projWeight[out * WIDTH + i]!)) +
          projBias[out]! +
          mlp[token * WIDTH + out]!,
      );
    });
  }
  const final = Float32Array.from(x.flat());
  const gamma = randomFloats(random, WIDTH);
  const beta = randomFloats(random, WIDTH);
  const weights = poolingWeights(final, WIDTH);
  const network = { cls, depth: DEPTH, heads: HEADS, keys, width: WIDTH, initial, final, gamma, beta };
  const blocks = raw.map(({ taps, ...block }) => ({
    ...block,
    attention: cls ? attentionRows(taps, 0) : weightedRows(taps, weights),
    matrices: attentionMatrix(taps),
  }));
  const classes = range(CLASSES).map((each): ClassHead => {
    const weight = randomFloats(random, WIDTH);
    const bias = random();
    const logits = x.map((values) => {
      const normed = normalise(values);
      return bias + sum(normed.map((value, i) => weight[i]! * (gamma[i]! * value + beta[i]!)));
    });
    return { index: 10 + each, weight, bias, logit: sum(logits) / pooled };
  });
  return { cls, network, blocks, classes, final: x };
}

function sigmaOf(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length + 1e-5);
}

function normalise(values: readonly number[]): number[] {
  const mean = sum(values) / values.length;
  return values.map((value) => (value - mean) / sigmaOf(values));
}

/** g_c of one pooled token: centre(γ ⊙ w_c) / σ. */
function directionOf({ network, final }: Case, { weight }: ClassHead, token: number): number[] {
  const scaled = range(WIDTH).map((i) => network.gamma[i]! * weight[i]!);
  const mean = sum(scaled) / WIDTH;
  return scaled.map((value) => (value - mean) / sigmaOf(final[token]!));
}

const attributed = ({ network, blocks, classes }: Case) => attribute(network, (block) => blocks[block]!, classes);

describe.each([
  ['a class token', 1, 11],
  ['mean pooling', 0, 12],
  ['mean pooling, other weights', 0, 13],
] as const)('a last stage with %s', (_, cls, seed) => {
  const stage = lastStage(cls, seed);
  const { network, blocks, classes } = stage;
  const pooled = range(stage.final.length);
  const meanOver = (term: (token: number) => number) => sum(pooled.map(term)) / pooled.length;

  it('gives terms that sum to the logit', async () => {
    const results = await attributed(stage);
    expect(results).toHaveLength(CLASSES);
    for (const [at, result] of results.entries()) {
      const { index, logit } = classes[at]!;
      expect(result).toMatchObject({ index, logit });
      expect(result.sum).toBeCloseTo(logit, 4);
      const parts = [...result.keys, ...result.attentionBias, ...result.mlp, result.initial, result.bias];
      expect(sum(parts)).toBeCloseTo(logit, 4);
    }
  });

  it('gives each term by its definition', async () => {
    const results = await attributed(stage);
    for (const [at, result] of results.entries()) {
      const head = classes[at]!;
      const g = pooled.map((token) => directionOf(stage, head, token));
      const along = (token: number, values: ArrayLike<number>, start = 0) =>
        sum(range(WIDTH).map((i) => g[token]![i]! * values[start + i]!));
      for (const [block, { v, matrices, projWeight, projBias, mlp }] of blocks.entries()) {
        for (const h of range(HEADS))
          for (const key of range(network.keys)) {
            const moved = range(WIDTH).map((out) =>
              sum(
                range(HEAD_DIM).map(
                  (i) => projWeight[out * WIDTH + h * HEAD_DIM + i]! * v[(h * network.keys + key) * HEAD_DIM + i]!,
                ),
              ),
            );
            const expected = meanOver((token) => matrices[h]![token]![key]! * along(token, moved));
            expect(result.keys[(block * HEADS + h) * network.keys + key]).toBeCloseTo(expected, 5);
          }
        expect(result.attentionBias[block]).toBeCloseTo(
          meanOver((token) => along(token, projBias)),
          5,
        );
        expect(result.mlp[block]).toBeCloseTo(
          meanOver((token) => along(token, mlp, token * WIDTH)),
          5,
        );
      }
      expect(result.initial).toBeCloseTo(
        meanOver((token) => along(token, network.initial, token * WIDTH)),
        5,
      );
      expect(result.bias).toBeCloseTo(head.bias + sum([...head.weight].map((w, i) => w * network.beta[i]!)), 5);
    }
  });

  it('adds keys up by block and head, for one class and for the difference of two', async () => {
    const [a, b] = (await attributed(stage)) as [Attribution, Attribution];
    const at = (block: number, head: number, key: number) =>
      a.keys[(block * HEADS + head) * network.keys + key]! - b.keys[(block * HEADS + head) * network.keys + key]!;
    for (const key of range(network.keys)) {
      expect(keyContributions(a, b, HEADS, { block: 1, head: 1 })[key]).toBeCloseTo(at(1, 1, key), 5);
      expect(keyContributions(a, b, HEADS, { block: 2, head: null })[key]).toBeCloseTo(
        at(2, 0, key) + at(2, 1, key),
        5,
      );
      const all = sum(range(DEPTH).flatMap((block) => range(HEADS).map((head) => at(block, head, key))));
      expect(keyContributions(a, b, HEADS, { block: null, head: null })[key]).toBeCloseTo(all, 5);
    }
    const alone = keyContributions(a, null, HEADS, { block: 0, head: 0 });
    expect([...alone]).toEqual([...a.keys.subarray(0, network.keys)]);
  });

  it('names parts that add up to the logit and to the difference', async () => {
    const [a, b] = (await attributed(stage)) as [Attribution, Attribution];
    for (const contrast of [null, b]) {
      const parts = attributionParts(a, contrast, HEADS, cls);
      expect(parts.logit).toBeCloseTo(a.logit - (contrast?.logit ?? 0), 9);
      let total = parts.initial + parts.bias;
      for (const { keys, clsKey, heads, attentionBias, mlp } of parts.blocks) {
        expect(clsKey === null).toBe(cls === 0);
        expect(sum(heads)).toBeCloseTo(keys + (clsKey ?? 0), 5);
        total += keys + (clsKey ?? 0) + attentionBias + mlp;
      }
      expect(total).toBeCloseTo(parts.sum, 4);
      expect(parts.sum).toBeCloseTo(parts.logit, 4);
    }
  });
});

describe('attribute', () => {
  const stage = lastStage(1, 21);

  it('asks for blocks in order and reports them', async () => {
    const asked: number[] = [];
    const progress: [number, number][] = [];
    await attribute(
      stage.network,
      async (block) => {
        asked.push(block);
        return stage.blocks[block]!;
      },
      stage.classes,
      { onProgress: (done, total) => progress.push([done, total]) },
    );
    expect(asked).toEqual([0, 1, 2]);
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const blockAt = (block: number) => {
      controller.abort();
      return stage.blocks[block]!;
    };
    await expect(attribute(stage.network, blockAt, stage.classes, { signal: controller.signal })).rejects.toMatchObject(
      { code: 'cancelled' },
    );
  });

  const misfits: [what: string, change: Partial<AttributionBlock>][] = [
    ['values', { v: new Float32Array(3) }],
    ['attention', { attention: new Float32Array(3) }],
    ['MLP', { mlp: new Float32Array(2 * WIDTH) }],
    ['projection', { projWeight: new Float32Array(WIDTH) }],
    ['bias', { projBias: new Float32Array(1) }],
  ];
  it.each(misfits)('refuses %s of another size', async (_, change) => {
    const blockAt = (block: number) => ({ ...stage.blocks[block]!, ...change });
    await expect(attribute(stage.network, blockAt, stage.classes)).rejects.toThrow(RangeError);
  });

  it('refuses blocks and heads that are not there', async () => {
    const [a] = (await attributed(stage)) as [Attribution];
    for (const choice of [
      { block: DEPTH, head: null },
      { block: null, head: HEADS },
      { block: -1, head: 0 },
    ])
      expect(() => keyContributions(a, null, HEADS, choice)).toThrow(RangeError);
  });
});
