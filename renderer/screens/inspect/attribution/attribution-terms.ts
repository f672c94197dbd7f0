import type { Attribution } from '../../../../models/attention/attribution.ts';
import {
  type AttributionParts,
  attributionParts,
  keyContributions,
} from '../../../../models/attention/attribution-parts.ts';

/** A logit, or the difference of two, as the panel shows it: what was read in the picture, and all the rest by name. */
export interface LogitTerms {
  readonly logit: number;
  /** Of all terms. */
  readonly sum: number;
  /** [depth]: what each block read in the picture, CLS left out. */
  readonly blocks: readonly number[];
  /** [depth][heads]: the same of each head; a block's heads sum to the block. */
  readonly heads: readonly (readonly number[])[];
  /** What has no place in the picture; with all of `blocks` it sums to `sum`. */
  readonly others: readonly NamedTerm[];
}

export interface NamedTerm {
  readonly id: 'cls' | 'mlp' | 'attentionBias' | 'initial' | 'bias';
  readonly name: string;
  /** What it is, in a sentence. */
  readonly tip: string;
  readonly value: number;
}

/**
 * The terms of a class, or of a class minus another.
 * @param heads of the last stage
 * @param cls 1 where its first key is the class token
 * @throws RangeError where the two are not of the same network
 */
export function logitTerms(target: Attribution, contrast: Attribution | null, heads: number, cls: 0 | 1): LogitTerms {
  const parts = attributionParts(target, contrast, heads, cls);
  return {
    logit: parts.logit,
    sum: parts.sum,
    blocks: parts.blocks.map(({ keys }) => keys),
    heads: parts.blocks.map((_, block) =>
      Array.from({ length: heads }, (__, head) =>
        keyContributions(target, contrast, heads, { block, head })
          .subarray(cls)
          .reduce((sum, value) => sum + value, 0),
      ),
    ),
    others: otherTerms(parts, cls),
  };
}

function otherTerms({ blocks, initial, bias }: AttributionParts, cls: 0 | 1): readonly NamedTerm[] {
  const over = (of: (block: AttributionParts['blocks'][number]) => number) =>
    blocks.reduce((sum, block) => sum + of(block), 0);
  const terms: readonly NamedTerm[] = [
    {
      id: 'cls',
      name: 'CLS key',
      tip: 'What all blocks read in the class token itself, which has no place in the picture.',
      value: over(({ clsKey }) => clsKey ?? 0),
    },
    {
      id: 'mlp',
      name: 'MLPs',
      tip: 'What the MLPs of all blocks add. They work on what attention brought, and cannot be told apart by place.',
      value: over(({ mlp }) => mlp),
    },
    {
      id: 'attentionBias',
      name: 'Attention biases',
      tip: 'The biases of the projections behind the heads, of all blocks.',
      value: over(({ attentionBias }) => attentionBias),
    },
    {
      id: 'initial',
      name: cls ? 'Initial class token' : 'Embedded tokens',
      tip: cls ? 'The learned token that the last stage starts with.' : 'The tokens that the last stage starts with.',
      value: initial,
    },
    { id: 'bias', name: 'Final biases', tip: 'Of the final norm and of the classifier.', value: bias },
  ];
  return cls ? terms : terms.filter(({ id }) => id !== 'cls');
}

/** The heads of one block, or null: of all blocks together. */
export function headTerms({ heads }: LogitTerms, block: number | null): readonly number[] {
  const chosen = block === null ? heads : heads.slice(block, block + 1);
  return Array.from({ length: heads[0]?.length ?? 0 }, (_, head) => chosen.reduce((sum, each) => sum + each[head]!, 0));
}

/** From where to where a bar runs, as shares of its track. */
export interface BarSpan {
  readonly start: number;
  readonly width: number;
}

/** What a track spans, zero always among it. */
export interface BarRange {
  readonly min: number;
  readonly max: number;
}

/** One range for all bars of a panel, so that they can be compared. */
export function barRange(values: readonly number[]): BarRange {
  return { min: Math.min(0, ...values), max: Math.max(0, ...values) };
}

/** Where zero lies on the track. */
export function zeroOf({ min, max }: BarRange): number {
  return max > min ? Math.abs(min) / (max - min) : 0.5;
}

export function barSpan(value: number, range: BarRange): BarSpan {
  const zero = zeroOf(range);
  const length = range.max > range.min ? value / (range.max - range.min) : 0;
  return { start: Math.min(zero, zero + length), width: Math.abs(length) };
}

/** A part of a logit, always with its sign and three digits behind the point: `+1.204`, `−0.310`, `0.000`. */
export function signedLogit(value: number): string {
  const text = Math.abs(value).toFixed(3);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

/** A whole logit: `8.214`, `−1.020`. */
export function logitText(value: number): string {
  return signedLogit(value).replace('+', '');
}
