import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBackend } from '../queue/open-backend.js';
import { hearQueue } from '../queue/queue-fault.js';
import { cancelRows } from '../run/cancel.js';
import { askOf } from '../run/control.js';
import { openRunDirectory, type RunDirectory } from '../run/directory.js';
import { type Finished, finishRun } from '../run/finish.js';
import { openInput } from '../run/input.js';
import { lockRun, runningProcess } from '../run/lock.js';
import { queueOfRun } from '../run/queue-of-run.js';
import { type RunRecord, readRunRecord } from '../run/record.js';
import { reopenReport } from '../run/reopen-report.js';
import { isCheckWhole, rowsToRun } from '../run/user-check.js';
import { UsageError } from '../usage-error.js';
import { endScreen, warnOfLeft } from './end-screen.js';
import { ExitCode } from './exit-code.js';
import { keyOfRun } from '../run/key-source.js';
import { openLog } from '../run/log.js';

/** How long the live run may take to end, in ms: its calls in flight have 15 s, and their lines a moment. */
const END_WITHIN = 30_000;
const ASK_EVERY = 1_000;

export interface CancelOptions {
  queue?: string | undefined;
  takeOver: boolean;
  json: boolean;
}

/** `cancel`: lets the run's process end, if there is one, and gives each row that has no line one. Answers the exit code. */
export async function cancelRun(path: string, options: CancelOptions): Promise<number> {
  const directory = await openRunDirectory(path);
  // Asks nothing of what is no run's directory.
  await readRunRecord(directory.record);
  refuseFinished(directory);
  if (!options.takeOver) await endLiveRun(directory);
  const lock = await lockRun(directory.lock, { takeOver: options.takeOver });
  try {
    refuseFinished(directory);
    // Only now: the run that has just ended may have written it anew.
    const record = await readRunRecord(directory.record);
    await rm(directory.control, { force: true });
    say(await cancel(directory, record, options), { directory, record, options });
    return ExitCode.succeeded;
  } finally {
    await lock.release();
  }
}

async function cancel(
  directory: RunDirectory,
  record: RunRecord,
  { queue }: CancelOptions,
): Promise<Finished> {
  const cancelledAt = new Date().toISOString();
  const location = queueOfRun(record, queue);
  const key = keyOfRun(record, directory);
  const manifest = await openInput(record, directory, key);
  const log = openLog(directory.log);
  try {
    const report = await reopenReport(directory, record);
    // What the run's last process left of it would tell of a live run.
    await rm(directory.live, { force: true });
    const backend = await openBackend(location, {
      runId: record.id,
      directory: directory.queue,
      onError: hearQueue(log.logger).onError,
    });
    const rows = rowsToRun(await withoutLostCheck(record, directory), manifest, directory);
    await cancelRows({ record, key, rows, report, backend, log: log.logger });
    return await finishRun({ directory, record, key, manifest, tally: report.tally, backend, cancelledAt });
  } finally {
    await log.close();
  }
}

/** Without check.csv nobody can say which rows were to be skipped; nothing is sent any more, so they may go unskipped. */
async function withoutLostCheck(record: RunRecord, directory: RunDirectory): Promise<RunRecord> {
  const isWhole = record.check === undefined || (await isCheckWhole(directory, record.check));
  return isWhole ? record : { ...record, check: undefined };
}

function refuseFinished({ summary }: RunDirectory): void {
  if (existsSync(summary)) throw new UsageError(`The run has ended already: its result is in ${summary}.`);
}

/** Asks a live run to end, and waits for it. @throws UsageError when it doesn't, or is known to none on this host */
async function endLiveRun(directory: RunDirectory): Promise<void> {
  const until = performance.now() + END_WITHIN;
  for (let asked = false; ; asked = true) {
    const holder = await runningProcess(directory.lock);
    if (holder === undefined) return;
    const { pid, host } = holder;
    if (!asked) process.stderr.write(`The run is under way in process ${pid} on ${host}: ending it.\n`);
    if (performance.now() > until) {
      throw new UsageError(
        `Process ${pid} on ${host} did not end within ${END_WITHIN / 1000} s: end it yourself (kill ${pid}) and cancel again; if its host is gone, add --take-over.`,
      );
    }
    // Again and again: a run that has only just begun forgets what was asked before.
    await askOf(directory, { cancelled: true });
    await sleep(ASK_EVERY);
  }
}

function say(
  ended: Finished,
  { directory, record, options }: { directory: RunDirectory; record: RunRecord; options: CancelOptions },
): void {
  warnOfLeft(ended, 'plain');
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...ended.summary, status: 'cancelled', runDirectory: directory.path })}\n`
      : endScreen(ended, directory, record),
  );
}
