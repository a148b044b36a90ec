import type { Job, Queue } from 'bullmq';

/** A job as the model has it: one that waits, is in a worker's hands, or has come to something. */
export interface FakeJob {
  id: string;
  state: 'waiting' | 'active' | 'completed';
  data: unknown;
  returnvalue: unknown;
  /** How often a worker took it. */
  started: number;
}

/** The store outlives the processes that use it; what each process has of it dies with the process. */
export class FakeStore {
  readonly jobs = new Map<string, FakeJob>();

  inState(state: FakeJob['state']): FakeJob[] {
    return [...this.jobs.values()].filter((job) => job.state === state);
  }

  /** What the program uses of a BullMQ queue, for a process that is alive as long as `alive` says so. */
  queueFor(alive: () => boolean): Queue {
    const add = (_name: string, data: unknown, { jobId }: { jobId: string }) => {
      if (!alive()) throw new Error('the process is dead');
      if (!this.jobs.has(jobId))
        this.jobs.set(jobId, { id: jobId, state: 'waiting', data, returnvalue: undefined, started: 0 });
      return Promise.resolve();
    };
    const asJob = (job: FakeJob) => ({
      ...job,
      getState: () => Promise.resolve(job.state),
      remove: () => Promise.resolve(void this.jobs.delete(job.id)),
    });
    const queue = {
      add,
      addBulk: async (jobs: { name: string; data: unknown; opts: { jobId: string } }[]) => {
        for (const { name, data, opts } of jobs) await add(name, data, opts);
      },
      getJob: (id: string) => {
        const job = this.jobs.get(id);
        return Promise.resolve(job === undefined ? undefined : asJob(job));
      },
      getJobs: ([state]: [string], start: number, end: number) =>
        Promise.resolve(
          this.inState('completed')
            .filter(() => state === 'completed')
            .slice(start, end + 1)
            .map(asJob),
        ),
    };
    // Only these of a queue's methods are used by what the model drives.
    return queue as unknown as Queue;
  }
}

export type { Job };
