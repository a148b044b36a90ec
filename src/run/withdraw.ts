import type { Queue } from 'bullmq';
import { rowOf } from '../../jobs/job-id.js';
import { resetUserSchema } from '../../jobs/job-data.js';

/** Whether a row is to be skipped by now. */
export type IsRefused = (row: number, username: string) => boolean;

/**
 * Takes the jobs of users who were protected only after a run had begun out of its queue, before any worker may have them.
 * Answers the rows whose jobs stay, because they were done or begun before: what came of those is not to be hidden.
 */
export async function withdrawRefused(queue: Queue, isRefused: IsRefused): Promise<Set<number>> {
  const staying = new Set<number>();
  for (const job of await queue.getJobs()) {
    const row = rowOf(job.id ?? '');
    const { data } = resetUserSchema.safeParse(job.data);
    if (row === undefined || data === undefined || !isRefused(row, data.username)) continue;
    const begun = job.finishedOn !== undefined || data.maybeSent || job.attemptsStarted > data.unsent;
    const taken =
      !begun &&
      (await job.remove().then(
        () => true,
        // Another worker has it at this very moment.
        () => false,
      ));
    if (!taken) staying.add(row);
  }
  return staying;
}
