import type { Queue } from 'bullmq';
import { rowOf } from '../../jobs/job-id.js';
import { resetUserSchema } from '../../jobs/reset-user.js';
import type { Protection } from '../protect/protection.js';

/**
 * Takes the jobs of users who were protected only after a run had begun out of its queue, before any worker may have them.
 * Answers the rows whose jobs stay, because they were done or begun before: what came of those is not to be hidden.
 */
export async function withdrawProtected(queue: Queue, protection: Protection): Promise<Set<number>> {
  const staying = new Set<number>();
  if (protection.names.length === 0) return staying;
  for (const job of await queue.getJobs()) {
    const row = rowOf(job.id ?? '');
    const { data } = resetUserSchema.safeParse(job.data);
    if (row === undefined || data === undefined || !protection.has(data.username)) continue;
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
