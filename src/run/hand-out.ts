import { existsSync } from 'node:fs';
import { credentialRows } from '../credentials/credential-rows.js';
import { encryptRows } from '../credentials/encrypt-rows.js';
import { encrypterFor } from '../credentials/recipients.js';
import type { RunKey } from '../password/run-key.js';
import { shredKeyFile } from '../password/shred-key.js';
import { replaceFile } from '../report/atomic-file.js';
import type { RunDirectory } from './directory.js';
import { type RunRecord, writeRunRecord } from './record.js';

/**
 * With `run --recipient`: the generated passwords of the rows that succeeded, encrypted to those who may read them, in the
 * run directory. A run that did this before it died does it again.
 * @throws ReportWriteError
 */
export async function handOutPasswords(
  directory: RunDirectory,
  { recipients, pool, shape }: RunRecord,
  key: RunKey,
): Promise<void> {
  if (recipients === undefined || shape === undefined) return;
  const rows = credentialRows({ report: directory.report, poolId: pool.id, key, shape }, () => undefined);
  const encrypted = await encryptRows(rows, encrypterFor(recipients));
  await replaceFile(directory.credentials, (file) => file.writeFile(encrypted));
}

/** Destroys the key in the run directory, and has run.json say so. False if there is none. */
export async function shredKey(directory: RunDirectory, record: RunRecord): Promise<boolean> {
  if (!existsSync(directory.key)) return false;
  await shredKeyFile(directory.key);
  await writeRunRecord(directory.record, { ...record, keyShreddedAt: new Date().toISOString() });
  return true;
}
