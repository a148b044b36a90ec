import type { JobsOptions, Queue } from 'bullmq';
import type { ResetUserData } from '../../jobs/job-data.js';
import type { StopReason } from '../../jobs/reset-user.js';
import type { ManifestRow, UserRow } from '../manifest/manifest.js';
import type { RunKey } from '../password/run-key.js';
import { sealPassword } from '../password/seal.js';
import type { ReportRow } from '../report/report-line.js';
import type { Reporter } from '../report/reporter.js';
import type { Collector } from './collect.js';
import type { Plan } from './plan.js';
import { type Admission, refusalOf } from './refusal.js';
import { jobOf, type PendingRow } from './rows.js';
import { untilItAnswers } from './until-it-answers.js';

/** Jobs added in one call. Small enough that the first call starts soon, large enough to cost little. */
const BATCH = 200;

/** Where the window is full, this share of it is waited for before rows follow: else each row would go in a call of its own. */
const ROOM = 0.1;

/** Something that must be right about the first rows that are tried, before others go into the queue. */
export interface Gate {
  /** How many rows are still to be tried before it can open, by the report's lines. */
  readonly missing: number;
  /** The lines of these rows have come to the disk. */
  lines(rows: readonly ReportRow[]): void;
  /** Whether a person is being asked. */
  readonly asking: boolean;
  /** Opens, or answers why the run must stop here. Rejects with the signal's reason when it is aborted. */
  open(signal: AbortSignal): Promise<StopReason | undefined>;
}

export interface FeedContext {
  plan: Plan;
  key: RunKey;
  admission: Admission;
  queue: Pick<Queue, 'addBulk'>;
  /** Whether the queue can be reached, as far as is known just now. */
  queueAnswers: () => boolean;
  /** Rows that may be in the queue and not yet in the report. */
  window: number;
  jobOptions: JobsOptions;
  reporter: Reporter;
  collector: Collector;
  /** The last row that an earlier process may have put into the queue; 0 for a new run. */
  resumedUpTo: number;
  /** Rows for which a run that this one is a retry of may have set the same password. */
  sentBefore: ReadonlySet<number>;
  /** Whether the queue has lost what the earlier process left there. */
  queueWasLost: boolean;
  gate: Gate | undefined;
  /** Stops the run, and so aborts `signal`. */
  stop: (reason: StopReason) => void;
  signal: AbortSignal;
}

/**
 * Puts the manifest's rows into the queue, in order and never more than a window ahead of the report. A row that
 * can't be done gets its outcome at once. Answers the number of data rows, when all are in the queue.
 */
export async function feed(
  rows: AsyncIterable<readonly ManifestRow[]>,
  context: FeedContext,
): Promise<number> {
  const { reporter, collector, window, signal } = context;
  let { gate } = context;
  const room = Math.ceil(window * ROOM);
  /** Rows that may still go into the queue in front of it. */
  let beforeGate = gate?.missing ?? 0;
  let last = 0;
  let batch: PendingRow[] = [];
  const flush = async () => {
    const full = batch;
    batch = [];
    if (full.length === 0) return;
    const jobs = full.map((one) => jobOf(context.key, one, context.jobOptions));
    // A job added twice is the same job.
    await untilItAnswers(() => context.queue.addBulk(jobs), { answers: context.queueAnswers, signal });
    for (const one of full) one.added = true;
  };

  for await (const some of rows) {
    for (const row of some) {
      last = row.row;
      if (row.row <= reporter.syncedRow) continue;
      if (row.row > reporter.syncedRow + window) {
        await flush();
        await reporter.waitUntilSynced(row.row - window - 1 + room, signal);
      }
      const user = admitted(row, context);
      if (user === undefined) continue;
      while (gate !== undefined && beforeGate === 0) {
        await flush();
        await reporter.waitUntilSynced(row.row - 1, signal);
        // A worker elsewhere may have skipped some, which it protects: others are tried instead.
        beforeGate = gate.missing;
        if (beforeGate === 0) gate = await passGate(gate, context);
      }
      if (gate !== undefined) beforeGate -= 1;
      const pendingRow = rowForQueue(user, context);
      if (collector.expect(pendingRow) === 'heard') continue;
      batch.push(pendingRow);
      if (batch.length >= BATCH) await flush();
      signal.throwIfAborted();
    }
    // What is read is put to work: the next rows may be slow to come (a pipe).
    await flush();
  }
  return last;
}

async function passGate({ open }: Gate, { stop, signal }: FeedContext): Promise<undefined> {
  const reason = await open(signal);
  if (reason !== undefined) stop(reason);
  signal.throwIfAborted();
}

/** The row if it is to be tried; undefined when it got its outcome here. */
function admitted(row: ManifestRow, { admission, reporter }: FeedContext): UserRow | undefined {
  const { row: number, line, username } = row;
  const outcome = refusalOf(row, admission);
  if (outcome !== undefined) reporter.put({ row: number, line, username, outcome });
  return outcome !== undefined || row.kind === 'refused' ? undefined : row;
}

/** The row as it goes into the queue. */
function rowForQueue(row: UserRow, context: FeedContext): PendingRow {
  const { plan } = context;
  const { row: number, line, username } = row;
  const mayBeInQueue = number <= context.resumedUpTo;
  return {
    row: number,
    line,
    username,
    addedAt: mayBeInQueue ? 0 : Date.now(),
    added: false,
    heard: false,
    mended: 0,
    data: {
      run: plan.run,
      pool: plan.pool,
      row: number,
      username,
      ...sealedPassword(row, context),
      ...((mayBeInQueue && context.queueWasLost) || context.sentBefore.has(number)
        ? { maybeSent: true }
        : {}),
    },
  };
}

function sealedPassword(
  { row, username, password }: UserRow,
  { plan, key }: FeedContext,
): Pick<ResetUserData, 'sealed'> {
  if (plan.passwords.mode !== 'password-column' || password === undefined) return {};
  return { sealed: sealPassword(key, { poolId: plan.pool, row, username }, password) };
}
