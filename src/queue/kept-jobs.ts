import type { QueueBackend } from './backend.js';

/** For stores that other processes hear events from: more than a run can miss in a moment, and fewer than would weigh. */
export const EVENTS_KEPT = 2_000;

/** Jobs cleaned in one call: one statement each, small enough not to hold up the workers. */
const BATCH = 1_000;

/**
 * How finished jobs are kept on PostgreSQL, where BullMQ's removal by count more than halves the throughput
 * (DESIGN.md, "The way of a row"): all are kept, and those that finished before the oldest row without a line
 * was added are cleaned. Such a job's row is older than that row, so it has its line.
 */
export function keptJobs(clockDifference: number): Pick<QueueBackend, 'jobOptions' | 'forgetFinished'> {
  let latest = 0;
  return {
    jobOptions: () => ({ removeOnComplete: false, removeOnFail: false }),
    forgetFinished: async (queue, addedAt) => {
      const now = Date.now();
      latest = Math.max(latest, addedAt, now);
      // The clock was set back: what has finished since seems older than rows that have no line yet.
      if (now < latest) return;
      const grace = now - addedAt + clockDifference;
      await queue.clean(grace, BATCH, 'completed');
    },
  };
}
