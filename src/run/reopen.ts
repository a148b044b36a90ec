import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { FindProgress } from '../check/find-users.js';
import { createListUsers } from '../cognito/list-users.js';
import { describePool, type Pool } from '../cognito/pool.js';
import type { Manifest } from '../manifest/manifest.js';
import { UsageError } from '../usage-error.js';
import { clientOfRun } from './client-of-run.js';
import type { OpenedRun } from './conduct.js';
import type { RunDirectory } from './directory.js';
import { openInput } from './input.js';
import { keyOfRun } from './key-source.js';
import { lockRun } from './lock.js';
import { openRun, type Surroundings } from './open-run.js';
import { reopenReport } from './reopen-report.js';
import { protectMore } from './protect-more.js';
import { queueOfRun } from './queue-of-run.js';
import { type RunRecord, readRunRecord, writeRunRecord } from './record.js';
import type { FailureLimit } from './threshold.js';
import { checkAgain, isCheckWhole, type KeptCheck } from './user-check.js';

/** What may be said anew of a run that goes on. */
export interface Anew {
  /** The queue's URL, if it has a password: run.json keeps none. */
  queue?: string | undefined;
  profile?: string | undefined;
  canaryFailures?: number | undefined;
  maxFailures?: FailureLimit | undefined;
  /** More users who must not be reset. */
  protect: readonly string[];
  /** From another host, whose process is dead. */
  takeOver: boolean;
}

export interface Reopen extends Surroundings, Anew {
  /** The pool is asked anew whom the rows name. */
  onCheck: (progress: FindProgress) => void;
}

/**
 * Opens a run that has not ended, has `use` go on with it, and closes what it has opened.
 * @throws UsageError for one that can't be gone on with
 */
export async function reopenRun<T>(
  directory: RunDirectory,
  anew: Reopen,
  use: (run: OpenedRun) => Promise<T>,
): Promise<T> {
  // First, so that what is no run's directory gets no lock.
  await readRunRecord(directory.record);
  const lock = await lockRun(directory.lock, { takeOver: anew.takeOver });
  try {
    // Again, as the process that had the lock until now may have written it anew.
    let record = await readRunRecord(directory.record);
    const location = queueOfRun(record, anew.queue);
    const key = keyOfRun(record, directory);
    const manifest = await openInput(record, directory, key);
    const client = clientOfRun(record, anew);
    const pool = await describePool(client, record.pool.id);
    // Before anything is sent: who is missing from it would be reset.
    record = await protectMore(record, directory, anew.protect);
    if (record.check !== undefined && !(await isCheckWhole(directory, record.check))) {
      anew.onWarning(CHECK_LOST);
      record = await checkAnew(record, record.check, { directory, manifest, pool, client }, anew);
    }
    record = await withNewLimits(record, anew, directory);
    const report = await reopenReport(directory, record);
    const run = { manifest, client, record, key, directory, lock, report, resumed: true };
    return await openRun(run, location, anew, use);
  } finally {
    await lock.release();
  }
}

const CHECK_LOST =
  'check.csv is not there, was changed, or knows of fewer protected users, so the pool is asked again whom the rows name.';

async function checkAnew(
  record: RunRecord,
  check: KeptCheck,
  again: { directory: RunDirectory; manifest: Manifest; pool: Pool; client: CognitoIdentityProviderClient },
  { onCheck }: Reopen,
): Promise<RunRecord> {
  // Ctrl-C ends the program as ever: nothing is under way yet.
  const listUsers = createListUsers(again.client, new AbortController().signal);
  return checkAgain(record, check, { ...again, listUsers, onProgress: onCheck });
}

/** What was given anew holds from now on, also for a later resume. */
async function withNewLimits(
  record: RunRecord,
  { canaryFailures, maxFailures }: Anew,
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
