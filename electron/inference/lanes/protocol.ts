import { z } from 'zod';

/** What a lane and the thread that has opened it say to each other. */

/** In memory of any kind, shared memory too. */
const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const floatsSchema = z.custom<Float32Array>((value) => value instanceof Float32Array);

/** Where a lane finds the weights: the file itself, or memory that all lanes see. */
const weightsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string(), version: z.string() }),
  z.strictObject({ kind: z.literal('memory'), bytes: bytesSchema }),
]);

/** What a lane is born with. */
export const laneOrderSchema = z.strictObject({
  threads: z.int().min(1),
  /** Of the input. */
  shape: z.tuple([z.int(), z.int(), z.int(), z.int()]).readonly(),
  model: bytesSchema,
  usesExternalData: z.boolean(),
  weights: weightsSchema,
  precision: z.enum(['fp32', 'fp16', 'int8']),
});

/** An input as the model takes it; the next one follows its answer. */
export const laneInputSchema = floatsSchema;

const errorSchema = z.strictObject({ name: z.string(), code: z.string(), message: z.string() });

/** `ready` comes once and first, unless loading failed. */
export const laneAnswerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('logits'), logits: floatsSchema }),
  z.strictObject({ kind: z.literal('failed'), error: errorSchema }),
]);

export type LaneOrder = z.infer<typeof laneOrderSchema>;
export type LaneAnswer = z.infer<typeof laneAnswerSchema>;
