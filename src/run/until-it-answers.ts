import pRetry from 'p-retry';
import { queueFault } from '../queue/queue-fault.js';
import { unlessAborted } from './unless-aborted.js';

/** Tries before it is asked whether the queue answers at all, which shows after a second or two. */
const SURE_TRIES = 4;

/**
 * What the queue answers, as soon as it does. Of a queue that is out of reach ioredis keeps what it is asked, and
 * node-postgres rejects it: then it is asked again, so `ask` must do no harm when it is done twice. Rejects for a queue that
 * can't be worked with, for one that answers and yet refuses, and with the signal's reason when that is aborted.
 */
export async function untilItAnswers<T>(
  ask: () => Promise<T>,
  { answers, signal }: { answers: () => boolean; signal: AbortSignal },
): Promise<T> {
  const answered = pRetry(ask, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 500,
    maxTimeout: 2_000,
    signal,
    shouldRetry: ({ error, attemptNumber }) =>
      queueFault(error) === undefined && (attemptNumber <= SURE_TRIES || !answers()),
  });
  return unlessAborted(answered, signal);
}
