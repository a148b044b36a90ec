import type { Queue } from 'bullmq';
import { z } from 'zod';
import { authenticate, isAuthentic, keyFingerprint, type RunKey } from '../password/run-key.js';
import { passwordShapeSchema } from '../password/shape.js';

/** What a worker must know of a run, and nothing that it could be led astray with: no endpoint, no Region. */
const planSchema = z.object({
  version: z.literal(1),
  run: z.string(),
  pool: z.string(),
  permanent: z.boolean(),
  /** Calls a second, over all workers. */
  rate: z.number().positive(),
  passwords: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('generate'), keyFingerprint: z.string(), shape: passwordShapeSchema }),
    z.object({ mode: z.literal('password-column'), keyFingerprint: z.string() }),
    z.object({ mode: z.literal('discard') }),
  ]),
});
export type Plan = z.infer<typeof planSchema>;

const stopSchema = z.object({
  error: z.string(),
  message: z.string(),
  requestId: z.string().optional(),
  host: z.string(),
});
export type ReportedStop = z.infer<typeof stopSchema>;

const postedSchema = z.object({ plan: planSchema, code: z.string().optional() });

/** The queue in which the plan lies, as the one job that nobody processes; workers of other hosts read it there. */
export const PLAN_QUEUE = 'plan';
const PLAN_JOB = 'plan';

export interface PostedPlan {
  plan: Plan;
  stop: ReportedStop | undefined;
  /** Whether whoever posted it held the run's key. */
  isAuthentic: (key: RunKey) => boolean;
}

/** Posts the plan. Answers whether it was there before: then the queue has kept what an earlier process left. */
export async function postPlan(queue: Queue, plan: Plan, key: RunKey | undefined): Promise<'new' | 'kept'> {
  const job = await queue.getJob(PLAN_JOB);
  const data = { plan, ...(key === undefined ? {} : { code: authenticate(key, JSON.stringify(plan)) }) };
  if (job === undefined) {
    await queue.add(PLAN_JOB, data, { jobId: PLAN_JOB });
    return 'new';
  }
  await job.updateData(data);
  await job.updateProgress({});
  return 'kept';
}

/** The plan as it lies in the queue, or undefined when there is none: the run has ended, or never was. */
export async function readPlan(queue: Queue): Promise<PostedPlan | undefined> {
  const job = await queue.getJob(PLAN_JOB);
  if (job === undefined) return undefined;
  const { plan, code } = postedSchema.parse(job.data);
  const stop = stopSchema.safeParse(job.progress);
  return {
    plan,
    stop: stop.success ? stop.data : undefined,
    isAuthentic: (key) => code !== undefined && isAuthentic(key, JSON.stringify(plan), code),
  };
}

/** Tells all processes of the run that it has stopped, and why. */
export async function postStop(queue: Queue, stop: ReportedStop): Promise<void> {
  const job = await queue.getJob(PLAN_JOB);
  await job?.updateProgress(stop);
}

export function fingerprintOf(plan: Plan): string | undefined {
  return plan.passwords.mode === 'discard' ? undefined : plan.passwords.keyFingerprint;
}

export function holdsKey(plan: Plan, key: RunKey): boolean {
  return fingerprintOf(plan) === keyFingerprint(key);
}
