import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { isJobAuthentic, openOutcome } from '../../jobs/authentic.js';
import { rowOf } from '../../jobs/job-id.js';
import { resetUserSchema } from '../../jobs/job-data.js';
import { RESET_USER } from '../../jobs/reset-user.js';
import { type Step, type StepStates } from '../steps.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { Outcome } from '../outcome.js';
import type { RunKey } from '../password/run-key.js';
import type { QueueBackend } from '../queue/backend.js';
import type { OpenReport } from '../report/report-file.js';
import { createReporter } from '../report/reporter.js';
import { jobsIn } from './jobs-in.js';
import { tellOthers } from './others.js';
import { PLAN_QUEUE, readPlan, type StopSigner } from './plan.js';
import type { RunRecord } from './record.js';
import { type Admission, refusalOf } from './refusal.js';
import { WINDOW } from './window.js';

/** How long calls in flight of other workers are waited for, in ms: they end within 17 s of hearing of it. */
const OTHERS_END_WITHIN = 20_000;
const LOOK_EVERY = 200;
/** So many looks in a row without a change mean that what is active has no worker any more. */
const LOOKS_ALIKE = 5;
/** Rows that are put between two looks at how far the disk is. */
const AT_ONCE = WINDOW / 2;

const CANCELLED: Outcome = {
  status: 'unprocessed',
  error: 'RunCancelled',
  message: 'The run was cancelled before it came to this row; nothing was sent for it.',
};
const UNKNOWN: Extract<Outcome, { status: 'failed' }> = {
  status: 'failed',
  error: 'OutcomeUnknown',
  message: 'The run ended when a worker had this row, and was cancelled: the password may have been set.',
};

export interface CancelledRun {
  record: RunRecord;
  key: RunKey;
  /** All rows of the run. */
  rows: AsyncIterable<readonly ManifestRow[]>;
  report: OpenReport;
  backend: QueueBackend;
  log: Logger;
}

/**
 * Gives each row without a line one, so that the report is whole: what the pool did where the queue knows it, and
 * `unprocessed` for a row that nothing was sent for. The run's own process must have ended; workers elsewhere are told to.
 *
 * @throws ReportWriteError, ManifestChangedError; then it can be done again
 */
export async function cancelRows({ record, key, rows, report, backend, log }: CancelledRun): Promise<void> {
  const admission = { mode: record.mode, policy: record.pool.policy };
  const left = await leftInQueue(backend, report.lastRow, { run: record.id, key });
  log.info({ outcomes: left.outcomes.size, unknown: left.unknown.size }, 'the run is cancelled');
  let failure: Error | undefined;
  const reporter = createReporter({
    report,
    window: WINDOW,
    onWriteError: (error) => {
      failure = error;
    },
  });
  try {
    let last = 0;
    for await (const some of rows) {
      for (const row of some) {
        last = row.row;
        if (row.row <= report.lastRow) continue;
        if (row.row > reporter.syncedRow + AT_ONCE) await reporter.waitUntilSynced(row.row - AT_ONCE);
        const { line, username } = row;
        reporter.put({
          row: row.row,
          line,
          username,
          outcome: outcomeOf(row, left, admission, report.steps),
        });
      }
    }
    await reporter.waitUntilSynced(last);
  } finally {
    await reporter.close();
  }
  if (failure !== undefined) throw failure;
}

/** What the queue knows of the rows that have no line. */
interface Left {
  outcomes: ReadonlyMap<number, Outcome>;
  /** Rows for which a call may have been sent, and no answer is known, with the steps that are done for sure. */
  unknown: ReadonlyMap<number, readonly Step[]>;
  /** Rows whose jobs are there and were never sent. */
  unsent: ReadonlySet<number>;
  /** The last row that came into the queue. */
  lastQueued: number;
}

async function leftInQueue(backend: QueueBackend, lastRow: number, of: StopSigner): Promise<Left> {
  const queue = backend.queue(RESET_USER);
  const board = backend.queue(PLAN_QUEUE);
  const outcomes = new Map<number, Outcome>();
  const unknown = new Map<number, readonly Step[]>();
  const unsent = new Set<number>();
  // Without its plan the queue has lost all, and any row of the window may have been sent.
  if ((await readPlan(board)) === undefined)
    return { outcomes, unknown, unsent, lastQueued: lastRow + WINDOW };

  if (backend.shared) await endOthers(queue, board, of);
  let lastQueued = lastRow;
  for await (const job of allJobs(queue)) {
    const row = rowOf(job.id ?? '');
    if (row === undefined || row <= lastRow) continue;
    lastQueued = Math.max(lastQueued, row);
    const outcome = openOutcome(of.key, { run: of.run, row }, job.returnvalue);
    const sent = maybeSent(job, of.key);
    if (outcome !== undefined) outcomes.set(row, outcome);
    else if (sent === undefined) unsent.add(row);
    else unknown.set(row, sent);
  }
  return { outcomes, unknown, unsent, lastQueued };
}

async function endOthers(queue: Queue, board: Queue, of: StopSigner): Promise<void> {
  await tellOthers(queue, board, { error: 'RunCancelled', message: 'The run was cancelled.' }, of);
  const until = performance.now() + OTHERS_END_WITHIN;
  let active = Number.POSITIVE_INFINITY;
  for (
    let alike = 0;
    performance.now() < until && active > 0 && alike < LOOKS_ALIKE;
    await sleep(LOOK_EVERY)
  ) {
    const now = await queue.getActiveCount();
    const isAlone = (await queue.getWorkersCount()) === 0;
    // A worker is not shown any more while the queue hears of its last jobs.
    alike = isAlone && now === active ? alike + 1 : 0;
    active = now;
  }
}

async function* allJobs(queue: Queue): AsyncGenerator<Job> {
  for (const state of ['completed', 'failed', 'active', 'wait', 'prioritized', 'delayed'] as const) {
    yield* jobsIn(queue, state);
  }
}

/**
 * The steps that are done for sure, if a call may have been sent for it. A job that the run did not make tells nothing of
 * what was sent for its row.
 */
function maybeSent(job: Job, key: RunKey): readonly Step[] | undefined {
  const { success, data } = resetUserSchema.safeParse(job.data);
  const isOwn = success && isJobAuthentic(key, data, data.code) && rowOf(job.id ?? '') === data.row;
  if (!isOwn) return [];
  const surelyUnsent = !data.maybeSent && job.attemptsStarted <= data.unsent && data.done.length === 0;
  return surelyUnsent ? undefined : data.done;
}

function outcomeOf(
  row: ManifestRow,
  { outcomes, unknown, unsent, lastQueued }: Left,
  admission: Admission,
  asked: readonly Step[],
): Outcome {
  const known = outcomes.get(row.row);
  if (known !== undefined) return known;
  const done = unknown.get(row.row);
  if (done !== undefined) return unknownAfter(done, asked);
  if (row.row > lastQueued || unsent.has(row.row)) return CANCELLED;
  // It came into the queue and is not there any more, unless it was never let in.
  return refusalOf(row, admission) === undefined ? unknownAfter([], asked) : CANCELLED;
}

function unknownAfter(done: readonly Step[], asked: readonly Step[]): Outcome {
  if (asked.length === 0) return UNKNOWN;
  const steps: StepStates = {};
  for (const step of asked) steps[step] = done.includes(step) ? 'yes' : 'unknown';
  return { ...UNKNOWN, steps };
}
