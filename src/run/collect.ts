import type { JobsOptions, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { RESET_USER, type StopReason } from '../../jobs/reset-user.js';
import { type Outcome, outcomeSchema } from '../outcome.js';
import type { QueueBackend } from '../queue/backend.js';
import type { Reporter } from '../report/reporter.js';
import { createPendingRows, jobOf, type PendingRow, rowOf } from './rows.js';
import { WINDOW } from './window.js';

/** How often the collector looks for outcomes that no event told of, in ms. */
const LOOK_EVERY = 1_000;
/** Jobs looked at in one look. */
const LOOK_AT = 50;
/** Rows synced between two clean-ups of finished jobs. */
const FORGET_EVERY = 500;
const PAGE = 500;

export interface CollectorOptions {
  backend: QueueBackend;
  queue: Queue;
  reporter: Reporter;
  jobOptions: JobsOptions;
  log: Logger;
  onStop: (reason: StopReason) => void;
}

export interface Collector {
  /** The row is on its way into the queue; `heard` when its outcome is known already and it needs no job. */
  expect(row: PendingRow): 'heard' | 'open';
  /** An outcome from this process's own worker. */
  heard(jobId: string, outcome: Outcome): void;
  /**
   * Reads the outcomes that an earlier process did not write any more, and gives broken jobs a new try. Answers the last
   * row that has such an outcome; 0 for none.
   */
  recover(): Promise<number>;
  close(): void;
}

/**
 * Brings outcomes to the reporter: from the own worker, from other processes' (BullMQ's events), and, should an
 * event get lost or the queue lose its jobs, from the jobs themselves.
 */
export function createCollector(options: CollectorOptions): Collector {
  const { backend, queue, reporter, log } = options;
  const pending = createPendingRows();
  /** Outcomes of rows that the manifest has not come to yet, after a resume. */
  const early = new Map<number, Outcome>();
  let forgottenAt = reporter.syncedRow;

  const put = (row: number, outcome: Outcome) => {
    const known = pending.get(row);
    if (known === undefined) {
      if (row > reporter.syncedRow && row <= reporter.syncedRow + 2 * WINDOW) early.set(row, outcome);
      return;
    }
    if (known.heard) return;
    known.heard = true;
    const { line, username } = known;
    reporter.put({ row, line, username, outcome });
    log.info({ row, status: outcome.status, ...errorAndRequest(outcome) }, 'outcome');
  };
  const heardText = (jobId: string, text: unknown) => {
    const row = rowOf(jobId);
    if (row === undefined || pending.get(row)?.heard === true || early.has(row)) return;
    const outcome = outcomeSchema.safeParse(typeof text === 'string' ? parseJson(text) : text);
    if (outcome.success) put(row, outcome.data);
    else log.warn({ job: jobId }, 'an outcome in the queue is not one; refused');
  };

  if (backend.shared) {
    backend.events(RESET_USER).on('completed', ({ jobId, returnvalue }) => heardText(jobId, returnvalue));
  }

  let stuckRow = 0;
  let looking = false;
  const look = async () => {
    const oldest = pending.forgetUpTo(reporter.syncedRow);
    if (oldest !== undefined && reporter.syncedRow - forgottenAt >= FORGET_EVERY) {
      forgottenAt = reporter.syncedRow;
      await backend.forgetFinished(queue, oldest.addedAt);
    }
    const missing = reporter.missingRow;
    if (missing === stuckRow && pending.get(missing) !== undefined) await lookAtJobs(missing);
    stuckRow = missing;
  };
  const lookAtJobs = async (from: number) => {
    for (const row of reporter.missingUpTo(from + LOOK_AT)) {
      const known = pending.get(row);
      if (known === undefined) continue;
      const { name, data, opts } = jobOf(known, options.jobOptions);
      const job = await queue.getJob(opts.jobId);
      if (job === undefined) {
        log.warn({ row }, 'the queue lost a job; it is added again');
        await queue.add(name, { ...data, maybeSent: true }, { ...opts });
      } else if (job.finishedOn !== undefined && job.failedReason === undefined) {
        heardText(opts.jobId, job.returnvalue);
      } else if (await job.isFailed()) {
        options.onStop({
          error: 'UnexpectedError',
          message: `The job of row ${row} broke: ${job.failedReason}`,
        });
      }
    }
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      // The queue is out of reach for now; the next look comes in a second.
      .catch((error: unknown) => log.debug({ err: error }, 'could not look at the queue'))
      .finally(() => {
        looking = false;
      });
  }, LOOK_EVERY);

  return {
    expect: (row) => {
      pending.add(row);
      const outcome = early.get(row.row);
      if (outcome === undefined) return 'open';
      early.delete(row.row);
      put(row.row, outcome);
      return 'heard';
    },
    heard: (jobId, outcome) => {
      const row = rowOf(jobId);
      if (row !== undefined) put(row, outcome);
    },
    recover: async () => {
      let last = 0;
      for (let start = 0; ; start += PAGE) {
        const jobs = await queue.getJobs(['completed'], start, start + PAGE - 1, true);
        for (const job of jobs) {
          const row = rowOf(job.id ?? '');
          const outcome = outcomeSchema.safeParse(job.returnvalue);
          if (row === undefined || !outcome.success) continue;
          put(row, outcome.data);
          last = Math.max(last, row);
        }
        if (jobs.length < PAGE) break;
      }
      for (const job of await queue.getJobs(['failed'])) await job.retry('failed');
      return last;
    },
    close: () => clearInterval(timer),
  };
}

function errorAndRequest(outcome: Outcome) {
  const error = outcome.status === 'succeeded' ? {} : { error: outcome.error };
  const requestId = 'calls' in outcome ? outcome.calls?.requestId : undefined;
  return { ...error, ...(requestId === undefined ? {} : { requestId }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
