import { z } from 'zod';
import { LARGEST_INPUT_SIDE, type Preprocessing } from './preprocessing.ts';

const side = z.int().min(1).max(LARGEST_INPUT_SIDE);
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** A {@link Preprocessing} that comes from a file or from another process. */
export const preprocessingSchema: z.ZodType<Preprocessing> = z.object({
  height: side,
  width: side,
  resize: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('shorter'), to: side }),
    z.object({ mode: z.literal('stretch') }),
  ]),
  mean: triple,
  std: triple,
});
