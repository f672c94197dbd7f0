import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError, type DownloadError, throwIfCancelled } from '../../models/errors.ts';

/** One attempt that came to nothing, with what is known about trying again. */
export class AttemptFailed extends Error {
  /** What to tell the user if it is not tried again. */
  readonly error: DownloadError;
  readonly retry: 'never' | 'later';
  /** What the server asked for in Retry-After. */
  readonly retryAfterMs: number | null;

  constructor(error: DownloadError, retry: 'never' | 'later', retryAfterMs: number | null = null) {
    super(error.message, { cause: error });
    this.error = error;
    this.retry = retry;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface RetryPolicy {
  /** Failures in a row, with nothing gained between them, after which it is given up. */
  readonly attempts: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** A server that asks for a longer pause than this is left alone. */
  readonly longestRetryAfterMs: number;
}

/** About a minute and a half in all: long enough for a router to restart, short enough to be watched. */
export const RETRIES: RetryPolicy = {
  attempts: 6,
  firstWaitMs: 1_000,
  longestWaitMs: 60_000,
  longestRetryAfterMs: 10 * 60_000,
};

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export const sleep: Sleep = async (ms, signal) => {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? new CancelledError() : error;
  }
};

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** How far the work has come, in any unit that only rises. A rise forgives earlier failures. */
  readonly reached: () => number;
  /** Called with the failure before each wait. */
  readonly waiting: (failure: AttemptFailed, ms: number) => void;
}

/**
 * Runs `attempt` until it succeeds, with waits that double and a random part, so that many clients do not come back at once.
 * @throws DownloadError of the last failure; CancelledError; what else `attempt` throws
 */
export async function withRetries<Value>(attempt: () => Promise<Value>, options: RetryOptions): Promise<Value> {
  const { policy, signal } = options;
  let failures = 0;
  for (;;) {
    const before = options.reached();
    try {
      throwIfCancelled(signal);
      return await attempt();
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof AttemptFailed)) throw error;
      if (error.retry === 'never') throw error.error;
      failures = options.reached() > before ? 1 : failures + 1;
      const asked = error.retryAfterMs ?? 0;
      if (failures >= policy.attempts || asked > policy.longestRetryAfterMs) throw error.error;
      const ms = Math.max(asked, backoff(policy, failures));
      options.waiting(error, ms);
      await options.sleep(ms, signal);
    }
  }
}

function backoff({ firstWaitMs, longestWaitMs }: RetryPolicy, failures: number): number {
  const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1));
  return longest * (0.5 + Math.random() / 2);
}
