import type { JobsOptions, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { jobIdOf } from '../../jobs/job-id.js';
import type { StopReason } from '../../jobs/reset-user.js';
import type { Outcome } from '../outcome.js';
import type { RunKey } from '../password/run-key.js';
import { jobOf, type PendingRow } from './rows.js';

/** A row whose job comes back forged or broken more often than this is one that the queue can't be trusted with. */
const MENDS = 3;
/** Any other state is an end, or none that this program puts a job into. */
const UNDER_WAY = new Set(['waiting', 'active', 'prioritized']);

export interface MenderOptions {
  queue: Queue;
  jobOptions: JobsOptions;
  key: RunKey;
  log: Logger;
  /** The outcome in a job's return value, if a worker of this run gave it. */
  outcomeIn: (row: number, returnvalue: unknown) => Outcome | undefined;
  put: (row: number, outcome: Outcome) => void;
  onStop: (reason: StopReason) => void;
}

/**
 * Looks at the job of a row that has no outcome yet. One that the queue lost, that broke, or that somebody forged is
 * put into the queue again as it should be: only the run knows what the row's true job is. Answers whether there was
 * something to do for it; a job that is under way needs nothing.
 */
export function createMender(options: MenderOptions): (known: PendingRow) => Promise<boolean> {
  const { queue, log } = options;
  const add = async ({ row, data }: PendingRow) => {
    const job = jobOf(options.key, { row, data: { ...data, maybeSent: true } }, options.jobOptions);
    await queue.add(job.name, job.data, job.opts);
  };
  // Read after its state, not before: a job that ends between the two has its outcome only then, and taken for broken it
  // would be done, and its user called, a second time.
  const outcomeOf = async (row: number) =>
    options.outcomeIn(row, (await queue.getJob(jobIdOf(row)))?.returnvalue);

  const mend = async (known: PendingRow): Promise<boolean> => {
    const { row } = known;
    const job = await queue.getJob(jobIdOf(row));
    if (known.heard) return false;
    if (job === undefined) {
      log.warn({ row }, 'the queue lost a job; it is added again');
      await add(known);
      return true;
    }
    const state = await job.getState();
    if (UNDER_WAY.has(state) || known.heard) return false;
    const outcome = state === 'completed' ? await outcomeOf(row) : undefined;
    if (known.heard) return false;
    if (outcome !== undefined) {
      options.put(row, outcome);
      return true;
    }

    known.mended += 1;
    if (known.mended > MENDS) {
      options.onStop({
        error: 'QueueTampered',
        message: `The job of row ${row} came back broken or forged ${known.mended} times.`,
      });
      return false;
    }
    log.warn({ row }, 'a job broke, or what it came to is not from a worker of this run; it is added again');
    await job.remove();
    await add(known);
    return true;
  };

  const looking = new Set<number>();
  return async (known) => {
    const { row } = known;
    // On its way into the queue it may not be there yet: added here it would seem to have been sent before. And of two looks at
    // once the second could remove the job that the first has added, when it is done already.
    if (!known.added || looking.has(row)) return false;
    looking.add(row);
    return mend(known).finally(() => looking.delete(row));
  };
}
