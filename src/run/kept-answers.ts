import { type JobResult, REFUSED } from '../../jobs/reset-user.js';

/** What the service answered for jobs of this worker, until the queue has heard of it. */
export interface KeptAnswers {
  keep(jobId: string, result: JobResult): void;
  of(jobId: string): JobResult | undefined;
  forget(jobId: string): void;
}

/**
 * When the queue goes while calls are under way, it can't be told of their answers; once it is back, their locks may
 * have ended, and it gives the jobs out again. Where it gives them to the same worker, the answer is known, and nobody
 * is called again for it. A worker is of one run and a job's id names its row, so it is the answer of that very row.
 *
 * What came without a call is not kept: it says something of the job as it lay in the queue, which may be mended.
 *
 * @param most of which the queue may never hear, as another worker did the job again: the oldest go first
 */
export function createKeptAnswers(most: number): KeptAnswers {
  const answers = new Map<string, JobResult>();
  return {
    keep: (jobId, result) => {
      if (result === REFUSED || !('calls' in result.outcome) || result.outcome.calls === undefined) return;
      answers.set(jobId, result);
      for (const oldest of answers.keys()) {
        if (answers.size <= most) break;
        answers.delete(oldest);
      }
    },
    of: (jobId) => answers.get(jobId),
    forget: (jobId) => {
      answers.delete(jobId);
    },
  };
}
