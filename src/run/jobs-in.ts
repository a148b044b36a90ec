import type { Job, JobType, Queue } from 'bullmq';

const PAGE = 500;

/** All jobs in a state, those that have waited longest first, a page at a time. */
export async function* jobsIn(queue: Queue, state: JobType): AsyncGenerator<Job> {
  for (let start = 0; ; start += PAGE) {
    const jobs = await queue.getJobs([state], start, start + PAGE - 1, true);
    // A page of which some are gone meanwhile is shorter, and not the last for that.
    if (jobs.length === 0) return;
    yield* jobs;
  }
}
