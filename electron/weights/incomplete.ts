import { reasonOf, ShellError } from '../../models/errors.ts';

/** A file of the app itself is missing or damaged; only getting the app again helps. */
export function incomplete(folder: string, cause: unknown): ShellError {
  const reason = reasonOf(cause);
  return new ShellError('app-incomplete', `The app's own files in ${folder} are incomplete: ${reason}. Get it again.`, {
    cause,
  });
}
