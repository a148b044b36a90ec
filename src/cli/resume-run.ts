import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { createListUsers } from '../cognito/list-users.js';
import { describePool, type Pool } from '../cognito/pool.js';
import type { Manifest } from '../manifest/manifest.js';
import { openBackend } from '../queue/open-backend.js';
import { hearQueue } from '../queue/queue-fault.js';
import { resumeReport } from '../report/report-file.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { clientOfRun } from '../run/client-of-run.js';
import { openRunDirectory, type RunDirectory } from '../run/directory.js';
import { openInput } from '../run/input.js';
import { readLiveFile } from '../run/live-file.js';
import { lockRun, runningProcess } from '../run/lock.js';
import { queueOfRun } from '../run/queue-of-run.js';
import { type RunRecord, readRunRecord, writeRunRecord } from '../run/record.js';
import type { FailureLimit } from '../run/threshold.js';
import { protectMore } from '../run/protect-more.js';
import { checkAgain, isCheckWhole, type KeptCheck } from '../run/user-check.js';
import { openObservers, type Observers } from '../telemetry/observers.js';
import { UsageError } from '../usage-error.js';
import { ask } from './ask-run.js';
import { ExitCode } from './exit-code.js';
import { showFindProgress } from './find-progress.js';
import { keyOfRun } from './key-source.js';
import { openLog } from './log.js';
import type { OutputOptions } from './output.js';
import { logPrinter } from './print-log.js';
import { protectedNames } from './protected-users.js';
import { resumeEnded } from './resume-ended.js';
import { tell } from './tell.js';
import { watchRun } from './watch-run.js';
import { count } from './words.js';

export interface ResumeOptions extends OutputOptions {
  queue?: string | undefined;
  profile?: string | undefined;
  canaryFailures?: number | undefined;
  maxFailures?: FailureLimit | undefined;
  /** Files that name more users who must not be reset. */
  protect: string[];
  takeOver: boolean;
}

/** `resume`: goes on where the report ends. Needs nothing but the directory. Answers the exit code. */
export async function resumeRun(path: string, options: ResumeOptions): Promise<number> {
  const directory = await openRunDirectory(path);
  let record = await readRunRecord(directory.record);
  const ended = await resumeEnded(directory, options);
  if (ended !== undefined) return ended;
  if (await letGoOn(directory)) return ExitCode.succeeded;
  const lock = await lockRun(directory.lock, { takeOver: options.takeOver });
  let observers: Observers | undefined;
  try {
    observers = await openObservers(options.metrics);
    const location = queueOfRun(record, options.queue);
    const key = keyOfRun(record, directory);
    const manifest = await openInput(record, directory, key);
    const client = clientOfRun(record, options);
    const pool = await describePool(client, record.pool.id);
    // Before anything is sent: who is missing from it would be reset.
    record = await protectMore(record, directory, await protectedNames(options.protect));
    if (record.check !== undefined && !(await isCheckWhole(directory, record.check))) {
      tell(options.progress, 'warning', `${CHECK_LOST}\n`);
      record = await checkAnew(record, record.check, { directory, manifest, pool, client }, options);
    }
    record = await withNewLimits(record, options, directory);
    const log = openLog(directory.log, await logPrinter(options.verbose));
    try {
      const report = await resumeReport(directory.report, record.steps?.asked);
      const heard = hearQueue(log.logger);
      const backend = await openBackend(location, {
        runId: record.id,
        directory: directory.queue,
        telemetry: observers.telemetry,
        onError: heard.onError,
      });
      for (const warning of await backend.warnings())
        tell(options.progress, 'warning', `warning: ${escapeForTerminal(warning)}\n`);
      if (options.progress !== 'none') {
        tell(
          options.progress,
          'message',
          `Going on after row ${count(report.lastRow)} in pool ${escapeForTerminal(record.pool.name)} (${record.pool.id}).\n`,
        );
      }
      return await watchRun({
        manifest,
        client,
        record,
        key,
        directory,
        lock,
        backend,
        queueFault: heard.fault,
        report,
        resumed: true,
        log: log.logger.child({ run: record.id }),
        output: options,
        yes: false,
        observers,
      });
    } finally {
      await log.close();
    }
  } finally {
    await lock.release();
    await observers?.close();
  }
}

const CHECK_LOST =
  'warning: check.csv is not there, was changed, or knows of fewer protected users, so the pool is asked again whom the rows name.';

async function checkAnew(
  record: RunRecord,
  check: KeptCheck,
  again: { directory: RunDirectory; manifest: Manifest; pool: Pool; client: CognitoIdentityProviderClient },
  { progress }: OutputOptions,
): Promise<RunRecord> {
  const shown = showFindProgress(progress);
  try {
    // Ctrl-C ends the program as ever: nothing is under way yet.
    const listUsers = createListUsers(again.client, new AbortController().signal);
    return await checkAgain(record, check, { ...again, listUsers, onProgress: shown.show });
  } finally {
    shown.stop();
  }
}

/** A run that is only paused has its process still: it is asked to go on. False if there is none. */
async function letGoOn(directory: RunDirectory): Promise<boolean> {
  if ((await runningProcess(directory.lock)) === undefined) return false;
  if ((await readLiveFile(directory.live))?.state !== 'paused') return false;
  const snapshot = await ask(directory, { paused: false }, ({ state }) => state === 'running');
  process.stderr.write(
    `The run goes on in process ${snapshot.pid} on ${escapeForTerminal(snapshot.host)}.\n`,
  );
  return true;
}

/** What was given anew holds from now on, also for a later resume. */
async function withNewLimits(
  record: RunRecord,
  { canaryFailures, maxFailures }: ResumeOptions,
  directory: RunDirectory,
): Promise<RunRecord> {
  if (canaryFailures === undefined && maxFailures === undefined) return record;
  if (canaryFailures !== undefined && record.canary === undefined) {
    throw new UsageError('--canary-failures: this run was begun without --canary.');
  }
  const changed: RunRecord = {
    ...record,
    ...(maxFailures === undefined ? {} : { maxFailures }),
    ...(canaryFailures === undefined || record.canary === undefined
      ? {}
      : { canary: { ...record.canary, failures: canaryFailures } }),
  };
  await writeRunRecord(directory.record, changed);
  return changed;
}
