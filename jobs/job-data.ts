import type { Job } from 'bullmq';
import { z } from 'zod';
import { callsSchema } from '../src/outcome.js';
import type { RunKey } from '../src/password/run-key.js';
import { STEPS } from '../src/steps.js';
import { codeOfJob, isJobAuthentic } from './authentic.js';
import { rowOf } from './job-id.js';

/** What a job carries: whom to reset, and never a password in the clear. Longer texts are none of this program's. */
export const resetUserSchema = z.object({
  run: z.string().max(80),
  pool: z.string().max(55),
  row: z.int().positive(),
  username: z.string().min(1).max(256),
  /** The row's own password, sealed for this row and user; only with `--password-column`. */
  sealed: z.string().max(4096).optional(),
  /** How many workers gave this job back with certainty that no call of theirs was applied. */
  unsent: z.int().nonnegative().default(0),
  /** The queue had lost this job, and with it whether a call was sent before. */
  maybeSent: z.boolean().default(false),
  /** Steps that are done: another try begins with the next one. */
  done: z.array(z.enum(STEPS)).default([]),
  /** What the calls of these came to: the row's line tells of the first try that did a step, too. */
  calls: callsSchema.optional(),
  /** Shows that a holder of the run's key made this job. */
  code: z.string(),
});
export type ResetUserData = z.input<typeof resetUserSchema>;
/** The same, read back. */
export type OwnData = z.output<typeof resetUserSchema>;
export type UnsignedData = Omit<ResetUserData, 'code'>;

/** A job's data as it goes into the queue. */
export function signJob(key: RunKey, data: UnsignedData): ResetUserData {
  const { unsent = 0, maybeSent = false, done = [] } = data;
  return { ...data, code: codeOfJob(key, { ...data, unsent, maybeSent, done }) };
}

/** The job's data, if the run made it for this very row and pool. */
export function ownData(
  job: Job<ResetUserData>,
  { key, run, pool }: { key: RunKey; run: string; pool: string },
): OwnData | undefined {
  const { success, data } = resetUserSchema.safeParse(job.data);
  const isOwn =
    success &&
    data.run === run &&
    data.pool === pool &&
    rowOf(job.id ?? '') === data.row &&
    isJobAuthentic(key, data, data.code);
  return isOwn ? data : undefined;
}
