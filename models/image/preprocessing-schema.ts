import { z } from 'zod';
import { type CropPosition, LARGEST_INPUT_SIDE, type Preprocessing } from './preprocessing.ts';

const side = z.int().min(1).max(LARGEST_INPUT_SIDE);
const share = z.number().min(0).max(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** A {@link CropPosition} that comes from a file or from another process. */
export const cropPositionSchema: z.ZodType<CropPosition> = z.object({ x: share, y: share });

/** A {@link Preprocessing} that comes from a file or from another process. */
export const preprocessingSchema: z.ZodType<Preprocessing> = z.object({
  height: side,
  width: side,
  resize: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('shorter'), to: side, crop: cropPositionSchema.exactOptional() }),
    z.object({ mode: z.literal('stretch') }),
  ]),
  mean: triple,
  // Values are divided by it.
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
});
