import { z } from 'zod';
import { STEP_STATES, type Step, type StepStates } from './steps.js';

/** What the calls for one user came to; absent for a row that never reached the pool. */
export const callsSchema = z.object({
  /** Calls sent for this user, throttled ones apart. */
  attempts: z.int().nonnegative(),
  /** Calls that the service answered with "slow down". */
  throttles: z.int().nonnegative(),
  /** `x-amzn-requestid` of the last answer, for AWS support and CloudTrail. */
  requestId: z.string().optional(),
  /** ISO 8601 UTC with milliseconds: when the first call started. */
  startedAt: z.string(),
  /** ISO 8601 UTC with milliseconds: when the last call ended. */
  finishedAt: z.string(),
});

const stepState = z.enum(STEP_STATES).optional();
/** One order of keys, whatever the queue makes of it. */
const stepStates = z.object({ disabled: stepState, password_set: stepState, signed_out: stepState });

/**
 * What happened to one row of the manifest: one of four, each with what the report says of it.
 * A job's return value is an outcome, so it is also a border: the queue may be somebody else's.
 */
export const outcomeSchema = z.discriminatedUnion('status', [
  /** All steps that were asked are done. */
  z.object({ status: z.literal('succeeded'), calls: callsSchema }),
  z.object({
    status: z.literal('failed'),
    /** The exception's name as the service spells it, or one of this program's own. */
    error: z.string(),
    message: z.string(),
    calls: callsSchema.optional(),
    /** Which steps are done all the same, of a run that was asked for more than passwords. */
    steps: stepStates.optional(),
  }),
  z.object({
    status: z.literal('skipped'),
    error: z.string(),
    message: z.string(),
    /** The same, if calls were sent before it was to be skipped. */
    steps: stepStates.optional(),
  }),
  z.object({ status: z.literal('unprocessed'), error: z.string(), message: z.string() }),
]);

export type Outcome = z.infer<typeof outcomeSchema>;
export type OutcomeStatus = Outcome['status'];
export type Calls = z.infer<typeof callsSchema>;

/** The calls of one step after those of another, as one. */
export function addCalls(before: Calls | undefined, more: Calls): Calls {
  if (before === undefined) return more;
  return {
    attempts: before.attempts + more.attempts,
    throttles: before.throttles + more.throttles,
    requestId: more.requestId ?? before.requestId,
    startedAt: before.startedAt,
    finishedAt: more.finishedAt,
  };
}

/** Which of the steps that were asked are done. */
export function stepStatesOf(outcome: Outcome, asked: readonly Step[]): StepStates {
  const states: StepStates = {};
  for (const step of asked) {
    if (outcome.status === 'succeeded') states[step] = 'yes';
    else states[step] = ('steps' in outcome ? outcome.steps?.[step] : undefined) ?? 'no';
  }
  return states;
}

export const OUTCOME_STATUSES = [
  'succeeded',
  'failed',
  'skipped',
  'unprocessed',
] as const satisfies readonly OutcomeStatus[];
