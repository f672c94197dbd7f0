import { z } from 'zod';

/**
 * What a line of the bench finds out. A schema, because findings come from processes of their own and are read back from JSON.
 */

/** What a finding is held to. A `bar` must be met; a `target` is reported whether it is or not. */
const boundSchema = z.strictObject({
  side: z.enum(['at-most', 'at-least']),
  value: z.number(),
  kind: z.enum(['bar', 'target']),
});

/** Median with quartiles; milliseconds where it is one side of a ratio. */
const spreadSchema = z.strictObject({
  median: z.number(),
  low: z.number(),
  high: z.number(),
  count: z.int().min(1),
});

const common = {
  /** What was measured, such as `cvt-13 at 224`. */
  name: z.string(),
  bound: boundSchema.nullable(),
  /** What a reader must know to take the number rightly; null where the name says it. */
  note: z.string().nullable(),
};

const ratioSchema = z.strictObject({
  ...common,
  kind: z.literal('ratio'),
  ours: spreadSchema.extend({ label: z.string() }),
  other: spreadSchema.extend({ label: z.string() }),
  /** The medians' ratio, ours / other, and the quartiles of the rounds' own ratios. */
  ratio: spreadSchema,
});

const figureSchema = z.strictObject({ ...common, kind: z.literal('figure'), unit: z.string(), value: spreadSchema });

export const findingSchema = z.discriminatedUnion('kind', [ratioSchema, figureSchema]);

export type Bound = z.infer<typeof boundSchema>;
export type Spread = z.infer<typeof spreadSchema>;
/** Two things measured in turns. */
export type Ratio = z.infer<typeof ratioSchema>;
/** One thing by itself, in `unit`. */
export type Figure = z.infer<typeof figureSchema>;
export type Finding = z.infer<typeof findingSchema>;

/** Whether a finding is within its bound; null where it has none. */
export function isMet(finding: Finding): boolean | null {
  const { bound } = finding;
  if (bound === null) return null;
  const value = finding.kind === 'ratio' ? finding.ratio.median : finding.value.median;
  return bound.side === 'at-most' ? value <= bound.value : value >= bound.value;
}
