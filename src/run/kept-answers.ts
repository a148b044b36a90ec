import { type JobResult, REFUSED } from '../../jobs/reset-user.js';

/** What the service answered for jobs of this worker, until the queue has heard of it. */
export interface KeptAnswers {
  /** Resolves when nothing is under way for the job here. */
  ended(jobId: string): Promise<void>;
  /** Keeps what the work under way for the job comes to, and answers it. */
  keep(jobId: string, work: Promise<JobResult>): Promise<JobResult>;
  of(jobId: string): JobResult | undefined;
  forget(jobId: string): void;
}

/**
 * When the queue goes while calls are under way, it can't be told of their answers; once it is back, their locks may
 * have ended, and it gives the jobs out again. Where it gives them to the same worker, the answer is known, or under way
 * and waited for, and nobody is called again for it. A worker is of one run and a job's id names its row, so it is the
 * answer of that very row.
 *
 * What came without a call is not kept: it says something of the job as it lay in the queue, which may be mended.
 *
 * @param most of which the queue may never hear, as another worker did the job again: the oldest go first
 */
export function createKeptAnswers(most: number): KeptAnswers {
  const answers = new Map<string, JobResult>();
  /** Each ends when its answer is kept, and never rejects. */
  const underWay = new Map<string, Promise<void>>();
  const add = (jobId: string, result: JobResult) => {
    if (result === REFUSED || !('calls' in result.outcome) || result.outcome.calls === undefined) return;
    answers.set(jobId, result);
    for (const oldest of answers.keys()) {
      if (answers.size <= most) break;
      answers.delete(oldest);
    }
  };
  return {
    ended: async (jobId) => underWay.get(jobId),
    keep: async (jobId, work) => {
      const kept = work.then(
        (result) => add(jobId, result),
        () => undefined,
      );
      underWay.set(jobId, kept);
      await kept;
      if (underWay.get(jobId) === kept) underWay.delete(jobId);
      return work;
    },
    of: (jobId) => answers.get(jobId),
    forget: (jobId) => {
      answers.delete(jobId);
    },
  };
}
