import { addToKind, byFrequency, type Kind } from '../check/kinds.js';
import type { RowUsers } from '../check/row-users.js';
import type { SignedIn } from '../cognito/sign-in.js';
import { replaceFile } from '../report/atomic-file.js';
import { csvField } from '../report/csv-field.js';
import { withSignIn } from './sign-in-sample.js';
import { succeededRows } from './succeeded-rows.js';
import { type Expected, VERDICTS, type Verdict, verdictOn } from './verdict.js';

const VERIFY_HEADER = 'row,line,username,verdict,detail\n';

/** What came of asking: all rows that succeeded, by verdict. */
export interface Verified {
  /** Rows that succeeded. */
  rows: number;
  byVerdict: Record<Verdict['verdict'], number>;
  /** Of those that don't agree. */
  kinds: Kind[];
}

export interface VerifyFileOptions {
  path: string;
  report: string;
  users: RowUsers;
  expected: Expected;
  signedIn: ReadonlyMap<number, SignedIn>;
}

/** Writes verify.csv (0600, whole or not at all): one line for each row that succeeded, in order. */
export async function writeVerifyFile({
  path,
  report,
  users,
  expected,
  signedIn,
}: VerifyFileOptions): Promise<Verified> {
  // By its keys, which are all there.
  const byVerdict = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Verified['byVerdict'];
  const kinds = new Map<string, Kind>();
  let rows = 0;
  await replaceFile(path, async (file) => {
    await file.appendFile(VERIFY_HEADER);
    for await (const records of succeededRows(report)) {
      let lines = '';
      for (const record of records) {
        const { row, line, username } = record;
        const judged = withSignIn(verdictOn(record, users.of(row), expected), signedIn.get(row));
        const { verdict, detail } = judged;
        rows += 1;
        byVerdict[verdict] += 1;
        lines += `${row},${line},${csvField(username)},${verdict},${csvField(detail)}\n`;
        if (verdict !== 'agrees')
          addToKind(kinds, { name: verdict, rows: 0, first: [] }, { row, line, username, message: detail });
      }
      await file.appendFile(lines);
    }
  });
  return { rows, byVerdict, kinds: byFrequency(kinds) };
}
