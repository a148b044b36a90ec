import { credentialRows } from '../credentials/credential-rows.js';
import { encryptRows } from '../credentials/encrypt-rows.js';
import type { RunKey } from '../password/run-key.js';
import { replaceFile } from '../report/atomic-file.js';
import type { RunDirectory } from './directory.js';
import type { RunRecord } from './record.js';

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
  // age is loaded only by a run that hands out passwords: it is many files.
  const { encrypterFor } = await import('../credentials/recipients.js');
  const rows = credentialRows({ report: directory.report, poolId: pool.id, key, shape }, () => undefined);
  const encrypted = await encryptRows(rows, encrypterFor(recipients));
  await replaceFile(directory.credentials, (file) => file.writeFile(encrypted));
}
