import { expect } from 'vitest';
import { CheckpointError, type CheckpointErrorCode } from '../../models/errors.ts';

/** The CheckpointError that `work` ends in, which must have `code`. */
export async function failure(work: () => unknown, code: CheckpointErrorCode): Promise<CheckpointError> {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => null,
      (caught: unknown) => caught,
    );
  if (!(error instanceof CheckpointError))
    throw new Error(`Expected a CheckpointError ${code}, got ${error}`, { cause: error });
  expect(error.code, error.message).toBe(code);
  return error;
}
