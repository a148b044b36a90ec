import { z } from 'zod';

/** What the calls for one user came to; absent for a row that never reached the pool. */
const calls = z.object({
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

/**
 * What happened to one row of the manifest: one of four, each with what the report says of it.
 * A job's return value is an outcome, so it is also a border: the queue may be somebody else's.
 */
export const outcomeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), calls }),
  z.object({
    status: z.literal('failed'),
    /** The exception's name as the service spells it, or one of this program's own. */
    error: z.string(),
    message: z.string(),
    /** Whether a new run may do better with this row (`retry`). */
    retryable: z.boolean(),
    calls: calls.optional(),
  }),
  z.object({ status: z.literal('skipped'), error: z.string(), message: z.string() }),
  z.object({ status: z.literal('unprocessed'), error: z.string(), message: z.string() }),
]);

export type Outcome = z.infer<typeof outcomeSchema>;
export type OutcomeStatus = Outcome['status'];
export type Calls = z.infer<typeof calls>;

export const OUTCOME_STATUSES = [
  'succeeded',
  'failed',
  'skipped',
  'unprocessed',
] as const satisfies readonly OutcomeStatus[];
