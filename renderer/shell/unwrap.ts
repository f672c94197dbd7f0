import type { z } from 'zod';
import { fromErrorMessage, ShellError } from '../../models/errors.ts';
import type { Outcome } from './bridge.ts';

/** @throws the error that the main process raised, class and code kept */
export function unwrap<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  throw fromErrorMessage(outcome.error);
}

/** An answer of the main process as what it should be. @throws as {@link unwrap}; ShellError `shell-unreachable` */
export function unwrapAs<Value>(schema: z.ZodType<Value>, outcome: Outcome<unknown>): Value {
  const parsed = schema.safeParse(unwrap(outcome));
  if (parsed.success) return parsed.data;
  throw new ShellError('shell-unreachable', 'The app and its window are of different versions. Start the app again.', {
    cause: parsed.error,
  });
}
