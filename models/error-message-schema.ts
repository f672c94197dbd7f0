import { z } from 'zod';
import type { ErrorMessage } from './errors.ts';

/** An error that comes from another thread or process, see toErrorMessage. */
export const errorMessageSchema: z.ZodType<ErrorMessage> = z.object({
  name: z.string(),
  code: z.string(),
  message: z.string(),
});
