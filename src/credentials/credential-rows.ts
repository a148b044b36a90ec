import { stringify } from 'csv-stringify/sync';
import { derivePassword } from '../password/derive.js';
import type { RunKey } from '../password/run-key.js';
import type { PasswordShape } from '../password/shape.js';
import { readReport } from '../report/read-report.js';
import { openReportToRead } from '../report/report-file.js';

/** What the passwords of a run are made of again. */
export interface CredentialsSource {
  /** The path of report.csv. */
  report: string;
  poolId: string;
  key: RunKey;
  shape: PasswordShape;
}

const CREDENTIAL_COLUMNS = ['username', 'password', 'row'] as const;

/**
 * The users whose password was set, each with the password that was set, as CSV text in pieces: a header, then as many lines
 * as a stretch of the report has. The only text of this program that holds passwords, so it goes nowhere but into what encrypts
 * it. `onUsers` hears how many users each piece has.
 *
 * All values are exact: nothing keeps a spreadsheet from running one as a formula, because an apostrophe before a
 * password would be another password.
 *
 * @throws UsageError if the report is not as this program wrote it
 */
export async function* credentialRows(
  { report, poolId, key, shape }: CredentialsSource,
  onUsers: (users: number) => void,
): AsyncGenerator<string> {
  yield `${CREDENTIAL_COLUMNS.join(',')}\n`;
  const file = await openReportToRead(report);
  try {
    for await (const { records } of readReport(file, report)) {
      // Also where a later step failed: the password is the user's all the same.
      const changed = records.filter(
        ({ status, steps }) => status === 'succeeded' || steps?.password_set === 'yes',
      );
      onUsers(changed.length);
      yield stringify(
        changed.map(({ username, row }) => [
          username,
          derivePassword(key, { poolId, username, row }, shape).reveal(),
          row,
        ]),
      );
    }
  } finally {
    await file.close();
  }
}
