import { fromErrorMessage } from '../../models/errors.ts';
import type { Outcome } from './bridge.ts';

/** @throws the error that the main process raised, class and code kept */
export function unwrap<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  throw fromErrorMessage(outcome.error);
}
