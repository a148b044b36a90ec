import type { QueueBackend } from '../queue/backend.js';
import { untilItAnswers } from './until-it-answers.js';

/** How long it may take, in ms. */
const REMOVE_WITHIN = 10_000;

/**
 * Removes a run's queue, or answers why it is still there: each row has its line, so a queue that is out of reach, maybe for
 * ever, must not keep the run from its end.
 */
export async function removeQueue({
  destroy,
  close,
  answers,
}: Pick<QueueBackend, 'destroy' | 'close' | 'answers'>): Promise<string | undefined> {
  const signal = AbortSignal.timeout(REMOVE_WITHIN);
  try {
    await untilItAnswers(destroy, { answers, signal });
    return undefined;
  } catch (error) {
    // What it holds open would keep the process from ending.
    await close().catch(() => undefined);
    if (signal.aborted || !(error instanceof Error)) return 'it does not answer';
    return error.message;
  }
}
