import { existsSync } from 'node:fs';
import { errorsByCount } from '../report/tally.js';
import { openRunDirectory, type RunDirectory } from '../run/directory.js';
import { openInput } from '../run/input.js';
import { runningProcess } from '../run/lock.js';
import { queueOfRun } from '../run/queue-of-run.js';
import { type RunRecord, readRunRecord } from '../run/record.js';
import { defaultRunDirectory, type RunRequest } from '../run/request.js';
import { rowsToRetry } from '../run/retry.js';
import { UsageError } from '../usage-error.js';
import { keyOfRun } from '../run/key-source.js';
import type { OutputOptions } from './output.js';
import { withProtectedUsers } from '../run/whom-to-protect.js';
import { startRun } from './start-run.js';
import { withRecipients } from './with-recipients.js';
import { counted } from './words.js';

export interface RetryOptions extends OutputOptions {
  allFailed: boolean;
  yes: boolean;
  /** More lists of users who must never be reset, and others who may read the passwords. */
  protect: readonly string[];
  recipient: readonly string[];
  /** Puts in what is given anew. Throws UsageError. */
  change: (asked: RunRequest) => RunRequest;
}

/** `retry`: a new run of the rows that an ended one left undone. Answers the exit code. */
export async function retryRun(path: string, options: RetryOptions): Promise<number> {
  const directory = await openRunDirectory(path);
  const record = await readRunRecord(directory.record);
  await refuseUnended(path, directory);
  const asked = await withProtectedUsers(requestOf(record, options.change), options.protect);
  const request = await withRecipients(asked, options.recipient);
  // A run that has ended needs its key no more, but for the copy that it seals.
  const sealed = record.input.sealed === true;
  const key = sealed ? keyOfRun(record, directory) : undefined;
  // The very file: its row 17 must still be that user.
  const { only } = await openInput(record, directory, key);
  const { selection, passwordSent, leftOut } = await rowsToRetry(directory.report, only, options.allFailed);
  if (selection.length === 0) throw nothingToRetry(leftOut);
  return startRun(request, options, {
    run: record.id,
    directory: directory.path,
    rows: { selection, sentBefore: isSamePassword(record, request) ? passwordSent : new Set() },
    sealedInput: sealed ? { path: record.input.path, sealedBy: key } : undefined,
  });
}

/** Only a column of the file gives a user the same password in each run; the pool's history would refuse it the second time. */
function isSamePassword({ mode, input }: RunRecord, request: RunRequest): boolean {
  return (
    mode === 'password-column' && request.mode === mode && request.passwordColumn === input.passwordColumn
  );
}

async function refuseUnended(path: string, directory: RunDirectory): Promise<void> {
  if (existsSync(directory.summary)) return;
  const holder = await runningProcess(directory.lock);
  throw new UsageError(
    holder === undefined
      ? `The run has not ended: go on with it (cognito-bulk-reset resume ${path}), or cancel it first.`
      : `The run is under way in process ${holder.pid} on ${holder.host}: wait for its end, or cancel it first.`,
  );
}

function requestOf(record: RunRecord, change: RetryOptions['change']): RunRequest {
  const { input, queue, asked } = record;
  const request = change({ ...asked, file: input.path, queue });
  // The password in its URL was not kept.
  if (request.queue === queue) queueOfRun(record, undefined);
  return { ...request, runDir: request.runDir ?? `${defaultRunDirectory(input.path, new Date())}-retry` };
}

function nothingToRetry(leftOut: ReadonlyMap<string, number>): UsageError {
  const errors = errorsByCount(leftOut);
  if (errors.length === 0)
    return new UsageError('No row of the run has failed or was left unprocessed: there is none to retry.');
  const failed = errors.reduce((sum, [, count]) => sum + count, 0);
  const shown = errors.map(([error, count]) => `${count} ${error}`).join(', ');
  return new UsageError(
    `${counted(failed, 'row')} failed for a reason that another try does not mend (${shown}): correct them, or add --all-failed.`,
  );
}
