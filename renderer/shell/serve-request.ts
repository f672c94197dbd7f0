import { errorMessageSchema } from '../../models/error-message-schema.ts';
import { CancelledError, fromErrorMessage, type LensError, ShellError } from '../../models/errors.ts';

/**
 * Asks the server that sent this page; resolves with an answer that is no refusal.
 * @throws the error that the server raised, class and code kept; ShellError `shell-unreachable`; CancelledError
 */
export async function request(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch (cause) {
    if (init?.signal?.aborted) throw new CancelledError();
    throw unreachable(cause);
  }
  if (response.ok) return response;
  throw refusal(path, response.status, await response.json().catch(() => null));
}

export function unreachable(cause?: unknown): ShellError {
  return new ShellError(
    'shell-unreachable',
    'The CvT Lens server does not answer. Start it again with `npm run serve` and open the address that it prints.',
    { cause },
  );
}

/** The error that an answer other than 2xx stands for. @param body its JSON, unchecked */
export function refusal(path: string, status: number, body: unknown): LensError {
  const told = errorMessageSchema.safeParse(body);
  if (told.success) return fromErrorMessage(told.data);
  return new ShellError('shell-unreachable', `The CvT Lens server answered ${path} with status ${status}.`);
}
