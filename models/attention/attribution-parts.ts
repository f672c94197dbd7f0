import type { Attribution } from './attribution.ts';

/** Which keys' contributions are added up. */
export interface AttributionChoice {
  /** Null: over all blocks of the stage. */
  readonly block: number | null;
  /** Null: over all heads. */
  readonly head: number | null;
}

/** What one block adds to a logit, CLS being a key apart from the image's. */
export interface AttributionBlockParts {
  /** Of the keys on the grid; `heads` sums to it together with `clsKey`. */
  readonly keys: number;
  /** Of the CLS key; null in a stage without one. */
  readonly clsKey: number | null;
  /** [heads]: keys and CLS key of each head. */
  readonly heads: readonly number[];
  readonly attentionBias: number;
  readonly mlp: number;
}

/** A logit, or the difference of two, as named parts; `initial`, `bias` and all of every block add up to `sum`. */
export interface AttributionParts {
  readonly logit: number;
  readonly sum: number;
  readonly initial: number;
  readonly bias: number;
  readonly blocks: readonly AttributionBlockParts[];
}

/**
 * What the keys add under `choice`, [cls + keys].
 * @param heads of the stage
 * @param contrast is subtracted; null for a single class
 * @throws RangeError where the block or head does not exist, or the two are not of the same run
 */
export function keyContributions(
  target: Attribution,
  contrast: Attribution | null,
  heads: number,
  { block, head }: AttributionChoice,
): Float32Array {
  const depth = target.mlp.length;
  const keys = target.keys.length / (depth * heads);
  if (contrast && contrast.keys.length !== target.keys.length)
    throw new RangeError('The two attributions are not of the same network.');
  const blocks = range('block', block, depth);
  const chosen = range('head', head, heads);
  const sum = new Float64Array(keys);
  for (const eachBlock of blocks)
    for (const eachHead of chosen) {
      const at = (eachBlock * heads + eachHead) * keys;
      for (let key = 0; key < keys; key++)
        sum[key] = sum[key]! + target.keys[at + key]! - (contrast ? contrast.keys[at + key]! : 0);
    }
  return Float32Array.from(sum);
}

/**
 * The named parts beside an attribution map.
 * @param heads of the stage
 * @param cls whether the first key is the CLS token
 * @param contrast is subtracted; null for a single class
 */
export function attributionParts(
  target: Attribution,
  contrast: Attribution | null,
  heads: number,
  cls: 0 | 1,
): AttributionParts {
  const difference = (pick: (attribution: Attribution) => number) => pick(target) - (contrast ? pick(contrast) : 0);
  const blocks = Array.from(target.mlp, (_, block): AttributionBlockParts => {
    const perHead = Array.from({ length: heads }, (__, head) =>
      keyContributions(target, contrast, heads, { block, head }),
    );
    const total = (values: Iterable<number>) => {
      let sum = 0;
      for (const value of values) sum += value;
      return sum;
    };
    return {
      keys: total(perHead.map((row) => total(row.subarray(cls)))),
      clsKey: cls ? total(perHead.map((row) => row[0]!)) : null,
      heads: perHead.map(total),
      attentionBias: difference((attribution) => attribution.attentionBias[block]!),
      mlp: difference((attribution) => attribution.mlp[block]!),
    };
  });
  return {
    logit: difference(({ logit }) => logit),
    sum: difference(({ sum }) => sum),
    initial: difference(({ initial }) => initial),
    bias: difference(({ bias }) => bias),
    blocks,
  };
}

function range(what: string, choice: number | null, count: number): readonly number[] {
  if (choice === null) return Array.from({ length: count }, (_, index) => index);
  if (Number.isInteger(choice) && choice >= 0 && choice < count) return [choice];
  throw new RangeError(`There is no ${what} ${choice} among ${count}.`);
}
