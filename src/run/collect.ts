import type { JobsOptions, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { openOutcome } from '../../jobs/authentic.js';
import { rowOf } from '../../jobs/job-id.js';
import { REFUSED, RESET_USER, type StopReason } from '../../jobs/reset-user.js';
import type { Outcome } from '../outcome.js';
import type { RunKey } from '../password/run-key.js';
import type { QueueBackend } from '../queue/backend.js';
import type { Reporter } from '../report/reporter.js';
import { parseJson } from '../parse-json.js';
import { jobsIn } from './jobs-in.js';
import { createMender } from './mend.js';
import { createPendingRows, type PendingRow } from './rows.js';

/** How often the collector looks for outcomes that no event told of, in ms. */
const LOOK_EVERY = 1_000;
/** Jobs looked at before it is asked whether looking at more is worth it. */
const LOOK_AT = 50;
/** Rows synced between two clean-ups of finished jobs. */
const FORGET_EVERY = 500;
/** Broken jobs that are given a new try at a resume; a look at their rows finds what there is beyond them. */
const BROKEN = 500;

export interface CollectorOptions {
  backend: Pick<QueueBackend, 'shared' | 'events' | 'forgetFinished'>;
  queue: Queue;
  window: number;
  reporter: Reporter;
  jobOptions: JobsOptions;
  run: string;
  key: RunKey;
  log: Logger;
  onStop: (reason: StopReason) => void;
}

export interface Collector {
  /** The row is on its way into the queue; `heard` when its outcome is known already and it needs no job. */
  expect(row: PendingRow): 'heard' | 'open';
  /** What a job of this process's own worker came to. */
  heard(jobId: string, result: Outcome | typeof REFUSED): void;
  /**
   * Reads the outcomes that an earlier process did not write any more, and gives broken jobs a new try. Answers the last
   * row that has such an outcome; 0 for none.
   */
  recover(): Promise<number>;
  close(): void;
}

/**
 * Brings outcomes to the reporter: from the own worker, from other processes' (BullMQ's events), and, should an
 * event get lost or the queue lose its jobs, from the jobs themselves. Of what lies in the queue, only what carries the
 * code of a worker of this run counts; a row whose job is lost or was forged gets its true job again.
 */
export function createCollector(options: CollectorOptions): Collector {
  const { backend, queue, reporter, window, log } = options;
  const pending = createPendingRows();
  /** Outcomes of rows that the manifest has not come to yet, after a resume. */
  const early = new Map<number, Outcome>();
  // A row's line has no name under which a password could travel; to look for one in each took as long as to write it.
  const outcomes = log.child({}, { redact: [] });
  let forgottenAt = reporter.syncedRow;

  const put = (row: number, outcome: Outcome) => {
    const known = pending.get(row);
    if (known === undefined) {
      if (row > reporter.syncedRow && row <= reporter.syncedRow + 2 * window) early.set(row, outcome);
      return;
    }
    if (known.heard) return;
    known.heard = true;
    const { line, username } = known;
    reporter.put({ row, line, username, outcome });
    outcomes.info({ row, status: outcome.status, ...detailsOf(outcome) }, 'outcome');
  };
  const outcomeIn = (row: number, value: unknown) =>
    openOutcome(options.key, { run: options.run, row }, value);
  const heardOf = (jobId: string, returnvalue: unknown) => {
    const row = rowOf(jobId);
    if (row === undefined || pending.get(row)?.heard === true || early.has(row)) return;
    const outcome = outcomeIn(row, typeof returnvalue === 'string' ? parseJson(returnvalue) : returnvalue);
    if (outcome !== undefined) put(row, outcome);
    else doubt(row);
  };

  let listening = false;
  /** The events are many, and of its own worker the run hears without them: they are read once another one takes part. */
  const listen = () => {
    if (listening || !backend.shared) return;
    listening = true;
    backend.events(RESET_USER).on('completed', ({ jobId, returnvalue }) => heardOf(jobId, returnvalue));
  };

  const mend = createMender({ ...options, outcomeIn, put });
  const doubt = (row: number) => {
    const known = pending.get(row);
    if (known !== undefined) mend(known).catch(notNow);
  };
  // The queue is out of reach for now; the next look comes in a second.
  const notNow = (error: unknown) => log.debug({ err: error }, 'could not look at the queue');

  let stuckRow = 0;
  let looking = false;
  let closed = false;
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
  /** Where events got lost or jobs did, there are more of them: looks on as long as it finds any. */
  const lookAtJobs = async (first: number) => {
    for (let from = first, found = true; found && !closed; from += LOOK_AT) {
      found = false;
      for (const row of reporter.missingUpTo(from + LOOK_AT - 1)) {
        const known = row < from ? undefined : pending.get(row);
        if (known !== undefined && (await mend(known))) found = true;
      }
      if (found && !closed) listen();
    }
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch(notNow)
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
    heard: (jobId, result) => {
      const row = rowOf(jobId);
      if (row === undefined) return;
      if (result === REFUSED) doubt(row);
      else put(row, result);
    },
    recover: async () => {
      let last = 0;
      for await (const job of jobsIn(queue, 'completed')) {
        const row = rowOf(job.id ?? '');
        const outcome = row === undefined ? undefined : outcomeIn(row, job.returnvalue);
        if (row === undefined || outcome === undefined) continue;
        put(row, outcome);
        last = Math.max(last, row);
      }
      for (const job of await queue.getJobs(['failed'], 0, BROKEN)) await job.retry('failed');
      return last;
    },
    close: () => {
      closed = true;
      clearInterval(timer);
    },
  };
}

function detailsOf(outcome: Outcome) {
  const error = outcome.status === 'succeeded' ? {} : { error: outcome.error };
  const requestId = 'calls' in outcome ? outcome.calls?.requestId : undefined;
  const steps = 'steps' in outcome ? outcome.steps : undefined;
  return {
    ...error,
    ...(steps === undefined ? {} : { steps }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
