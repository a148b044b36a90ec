import { z } from 'zod';
import { type Calls, type Outcome, outcomeSchema } from '../src/outcome.js';
import { unambiguous } from '../src/password/owner.js';
import { authenticate, isAuthentic, type RunKey } from '../src/password/run-key.js';
import type { Step } from '../src/steps.js';

/**
 * Who can write to the queue must not be able to choose whom the workers reset, or what the report says of it. So
 * jobs and outcomes carry a code that only a holder of the run's key can make (HMAC-SHA-256, some 5 µs each).
 */

/** What of a job's data is bound together. A sealed password is bound to its row and user by its own seal. */
export interface JobFacts {
  run: string;
  pool: string;
  row: number;
  username: string;
  unsent: number;
  maybeSent: boolean;
  done: readonly Step[];
  calls?: Calls | undefined;
}

export function codeOfJob(key: RunKey, job: JobFacts): string {
  return authenticate(key, jobText(job));
}

export function isJobAuthentic(key: RunKey, job: JobFacts, code: string): boolean {
  return isAuthentic(key, jobText(job), code);
}

function jobText({ run, pool, row, username, unsent, maybeSent, done, calls }: JobFacts): string {
  const of = calls && [
    calls.attempts,
    calls.throttles,
    calls.requestId ?? '',
    calls.startedAt,
    calls.finishedAt,
  ];
  return unambiguous(['job', run, pool, row, username, unsent, String(maybeSent), ...done, ...(of ?? [])]);
}

/** An outcome as it lies in the queue. */
export interface SignedOutcome {
  outcome: Outcome;
  code: string;
}

const signedSchema = z.object({ outcome: outcomeSchema, code: z.string() });

/** Whose outcome it is. */
interface RowOfRun {
  run: string;
  row: number;
}

export function signOutcome(key: RunKey, of: RowOfRun, outcome: Outcome): SignedOutcome {
  return { outcome, code: authenticate(key, outcomeText(of, outcomeSchema.parse(outcome))) };
}

/** The outcome in a job's return value; undefined unless a worker with the run's key gave it to this row. */
export function openOutcome(key: RunKey, of: RowOfRun, value: unknown): Outcome | undefined {
  const { success, data } = signedSchema.safeParse(value);
  return success && isAuthentic(key, outcomeText(of, data.outcome), data.code) ? data.outcome : undefined;
}

/** @param outcome as the schema gives it: PostgreSQL keeps JSON's keys in an order of its own */
function outcomeText({ run, row }: RowOfRun, outcome: Outcome): string {
  return unambiguous(['outcome', run, row, JSON.stringify(outcome)]);
}
