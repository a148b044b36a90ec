import pRetry from 'p-retry';
import type { Calls } from '../outcome.js';
import type { Pacer } from '../rate/pacer.js';
import { whenLeft } from './departure.js';
import type { RenewCredentials } from './credentials.js';
import { factsOf, type Verdict, verdictOf } from './errors.js';

/** How often an unclear answer is asked again before the user fails; with the waits between, some 15 s. */
const RETRIES = 6;
const FIRST_WAIT = 250;
const LONGEST_WAIT = 8_000;
/** How long all calls wait, in ms, when nobody answers at the endpoint. */
const OUTAGE_PAUSE = 5_000;

/** What a call came to in the end, for the row and for the run. */
export type Answer =
  | { kind: 'applied'; calls: Calls }
  | {
      kind: 'refused';
      error: string;
      message: string;
      calls: Calls;
      maybeApplied: boolean;
    }
  | { kind: 'stopped'; error: string; message: string; requestId: string | undefined; maybeApplied: boolean }
  /** The job is another worker's now; nothing more was sent for it here. */
  | { kind: 'lost' }
  /** The signal came between two calls. */
  | { kind: 'interrupted'; maybeApplied: boolean };

/** One call, when it was answered or given up. */
export interface Call {
  /** `succeeded`, `throttled`, or the error's name. */
  result: string;
  seconds: number;
}

export interface CallContext {
  pacer: Pacer;
  /** No new call begins once it is aborted; one that is under way is waited for. */
  signal: AbortSignal;
  endpoint: Endpoint;
  /** Asked before each call: a process that stood still may have lost the job to another worker. */
  stillHolds?: (() => Promise<boolean>) | undefined;
  /** Sees to other credentials for a call that was refused for its own; once for each call. */
  renewCredentials?: RenewCredentials | undefined;
  /** Hears of each call, for the metrics. */
  onCall?: ((call: Call) => void) | undefined;
}

/** What this process knows of the endpoint: an outage is nobody's fault, so it must not fail users. */
export interface Endpoint {
  /** `performance.now()` of the last answer of any kind; -Infinity before the first. */
  lastAnswerAt: number;
}

class JobLost extends Error {}

class CallFailed extends Error {
  readonly verdict: Verdict;
  constructor(verdict: Verdict) {
    super(verdict.error);
    this.verdict = verdict;
  }
}

/**
 * Sends one call until the service has answered it: each try waits its turn, a slow-down is waited out without
 * costing a try, an unclear answer is asked again with backoff. Never throws for an answer of the service.
 *
 * `maybeApplied` tells whether a call without a clear answer may have been applied.
 */
export async function callUntilAnswered(
  send: () => Promise<string | undefined>,
  { pacer, signal, endpoint, stillHolds, renewCredentials, onCall }: CallContext,
): Promise<Answer> {
  const begun = performance.now();
  const count = { attempts: 0, throttles: 0, requestId: undefined as string | undefined };
  let startedAt: string | undefined;
  let applied = false;
  let maybeApplied = false;
  let renewed = false;
  /** What the error means; one of credentials that were renewed meanwhile is asked again. */
  const judge = async (cause: unknown): Promise<Verdict> => {
    const verdict = verdictOf(cause);
    if (verdict.answer !== 'stop-run' || renewed || renewCredentials === undefined) return verdict;
    renewed = await renewCredentials(factsOf(cause));
    if (!renewed) return verdict;
    return { ...verdict, answer: 'retry-call', applied: 'no', reached: true, exhausted: 'stop-run' };
  };
  const calls = (): Calls => {
    const finishedAt = new Date().toISOString();
    return { ...count, startedAt: startedAt ?? finishedAt, finishedAt };
  };

  const attempt = async () => {
    const turn = await pacer.turn(signal);
    if (stillHolds !== undefined && !(await stillHolds())) throw new JobLost();
    signal.throwIfAborted();
    startedAt ??= new Date().toISOString();
    const sentAt = performance.now();
    try {
      count.requestId = await whenLeft(turn.left, send);
      applied = true;
      count.attempts += 1;
      endpoint.lastAnswerAt = performance.now();
      onCall?.({ result: 'succeeded', seconds: secondsSince(sentAt) });
    } catch (cause) {
      const verdict = await judge(cause);
      const result = verdict.answer === 'slow-queue' ? 'throttled' : verdict.error;
      onCall?.({ result, seconds: secondsSince(sentAt) });
      if ('requestId' in verdict && verdict.requestId !== undefined) count.requestId = verdict.requestId;
      if (verdict.answer !== 'retry-call' || verdict.reached) endpoint.lastAnswerAt = performance.now();
      if (verdict.answer === 'slow-queue') {
        count.throttles += 1;
        // A store that is out of reach gives nobody a turn either: that slows down enough.
        await pacer.slowDown(sentAt).catch(() => undefined);
      } else {
        count.attempts += 1;
      }
      if (verdict.answer === 'retry-call' && verdict.applied === 'unknown') maybeApplied = true;
      throw new CallFailed(verdict);
    }
  };
  const isOutage = (verdict: Verdict) =>
    verdict.answer === 'retry-call' && !verdict.reached && endpoint.lastAnswerAt < begun;

  try {
    await pRetry(attempt, {
      retries: RETRIES,
      minTimeout: FIRST_WAIT,
      maxTimeout: LONGEST_WAIT,
      randomize: true,
      signal,
      onFailedAttempt: async ({ error, retriesConsumed }) => {
        // The first refusals may be this user's bad luck; then it is an outage, for everybody.
        if (error instanceof CallFailed && retriesConsumed >= 2 && isOutage(error.verdict)) {
          await pacer.pauseFor(OUTAGE_PAUSE).catch(() => undefined);
        }
      },
      shouldConsumeRetry: ({ error, retriesConsumed }) =>
        !(error instanceof CallFailed) ||
        (error.verdict.answer !== 'slow-queue' && !(retriesConsumed >= 2 && isOutage(error.verdict))),
      shouldRetry: ({ error }) =>
        error instanceof CallFailed &&
        (error.verdict.answer === 'retry-call' || error.verdict.answer === 'slow-queue'),
    });
    return { kind: 'applied', calls: calls() };
  } catch (error) {
    // p-retry throws away the success of a call that was under way when the signal came.
    if (applied) return { kind: 'applied', calls: calls() };
    if (error instanceof JobLost) return { kind: 'lost' };
    if (error instanceof CallFailed) return endOf(error.verdict, calls(), maybeApplied);
    if (signal.aborted) return { kind: 'interrupted', maybeApplied };
    throw error;
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

function endOf(verdict: Verdict, calls: Calls, maybeApplied: boolean): Answer {
  const refused = (error: string, message: string): Answer => {
    return { kind: 'refused', error, message, calls, maybeApplied };
  };
  switch (verdict.answer) {
    case 'fail-user': {
      const { error, message } = verdict;
      return refused(error, message);
    }
    case 'retry-call': {
      const { error, message, requestId } = verdict;
      return verdict.exhausted === 'stop-run'
        ? { kind: 'stopped', error, message, requestId, maybeApplied }
        : refused(error, message);
    }
    case 'stop-run': {
      const { error, message, requestId } = verdict;
      return { kind: 'stopped', error, message, requestId, maybeApplied };
    }
    case 'slow-queue':
      // Only a run that ends stops waiting for its turn.
      return { kind: 'interrupted', maybeApplied };
  }
}
