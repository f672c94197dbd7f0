import { z } from 'zod';

/** An error that crossed a process: models/errors.ts, ErrorMessage. */
export const errorMessageSchema = z.object({ name: z.string(), code: z.string(), message: z.string() });
