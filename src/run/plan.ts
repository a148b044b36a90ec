import type { Queue } from 'bullmq';
import { z } from 'zod';
import { unambiguous } from '../password/owner.js';
import { authenticate, isAuthentic, keyFingerprint, type RunKey } from '../password/run-key.js';
import { passwordShapeSchema } from '../password/shape.js';
import { STEPS } from '../steps.js';
import { UsageError } from '../usage-error.js';

/** What a worker must know of a run, and nothing that it could be led astray with: no endpoint, no Region. */
const planSchema = z.object({
  version: z.literal(1),
  run: z.string(),
  pool: z.string(),
  permanent: z.boolean(),
  /** Calls a second, over all workers. */
  rate: z.number().positive(),
  /** All steps, if more than passwords were asked, and the rate of those besides the password, over all workers. */
  steps: z.object({ asked: z.array(z.enum(STEPS)).min(1), rate: z.number().positive() }).optional(),
  /** Of the run's key, which a worker must hold. */
  keyFingerprint: z.string(),
  passwords: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('generate'), shape: passwordShapeSchema }),
    z.object({ mode: z.literal('password-column') }),
    z.object({ mode: z.literal('discard') }),
  ]),
});
export type Plan = z.infer<typeof planSchema>;

const stopSchema = z.object({
  error: z.string(),
  message: z.string(),
  requestId: z.string().optional(),
  call: z.string().optional(),
  host: z.string(),
});
export type ReportedStop = z.infer<typeof stopSchema>;

/** Whoever posts a stop shows by the run's key that it is one of the run's own processes. */
export interface StopSigner {
  run: string;
  key: RunKey;
}

const postedSchema = z.object({ plan: planSchema, code: z.string().default('') });
const postedStopSchema = z.object({ stop: stopSchema, code: z.string() });

/** The queue in which the plan lies, as the one job that nobody processes; workers of other hosts read it there. */
export const PLAN_QUEUE = 'plan';
const PLAN_JOB = 'plan';

export interface PostedPlan {
  plan: Plan;
  /** Whether whoever posted it held the run's key. */
  isAuthentic: (key: RunKey) => boolean;
  /** Why a worker with this key stopped the run. What others post is not shown to anybody. */
  stop: (key: RunKey) => ReportedStop | undefined;
}

/** What lies in the plan's place is none that this version reads. */
export class NotAPlanError extends UsageError {
  constructor() {
    super(
      'The plan in the queue is not one that this version reads: use the version of cognito-bulk-reset that began the run.',
    );
  }
}

/** Whether a plan lies in the queue, whichever: then the queue has kept what an earlier process left. */
export async function isPlanPosted(queue: Queue): Promise<boolean> {
  return (await queue.getJob(PLAN_JOB)) !== undefined;
}

/** Posts the plan, in the place of the one that is there. */
export async function postPlan(queue: Queue, plan: Plan, key: RunKey): Promise<void> {
  const job = await queue.getJob(PLAN_JOB);
  const data = { plan, code: authenticate(key, planText(plan)) };
  if (job === undefined) {
    await queue.add(PLAN_JOB, data, { jobId: PLAN_JOB });
    return;
  }
  await job.updateData(data);
  await job.updateProgress({});
}

/**
 * The plan as it lies in the queue, or undefined when there is none: the run has ended, or never was.
 * @throws NotAPlanError
 */
export async function readPlan(queue: Queue): Promise<PostedPlan | undefined> {
  const job = await queue.getJob(PLAN_JOB);
  if (job === undefined) return undefined;
  const { data } = postedSchema.safeParse(job.data);
  if (data === undefined) throw new NotAPlanError();
  const { plan, code } = data;
  const posted = postedStopSchema.safeParse(job.progress).data;
  return {
    plan,
    isAuthentic: (key) => isAuthentic(key, planText(plan), code),
    stop: (key) =>
      posted !== undefined && isAuthentic(key, stopText(plan.run, posted.stop), posted.code)
        ? posted.stop
        : undefined,
  };
}

/** Tells all processes of the run that it has stopped, and why. */
export async function postStop(queue: Queue, stop: ReportedStop, of: StopSigner): Promise<void> {
  const job = await queue.getJob(PLAN_JOB);
  await job?.updateProgress({ stop, code: authenticate(of.key, stopText(of.run, stop)) });
}

export function holdsKey(plan: Plan, key: RunKey): boolean {
  return plan.keyFingerprint === keyFingerprint(key);
}

// Through the schema, which has one order of keys: PostgreSQL keeps JSON's keys in an order of its own.
function planText(plan: Plan): string {
  return unambiguous(['plan', JSON.stringify(planSchema.parse(plan))]);
}

function stopText(run: string, stop: ReportedStop): string {
  return unambiguous(['stop', run, JSON.stringify(stopSchema.parse(stop))]);
}
