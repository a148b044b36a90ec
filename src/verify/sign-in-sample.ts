import type { SignIn, SignedIn } from '../cognito/sign-in.js';
import type { Secret } from '../password/secret.js';
import type { ReportRecord } from '../report/report-line.js';
import { succeededRows } from './succeeded-rows.js';
import type { Verdict } from './verdict.js';

/** A row of the report, for the password that was set for it. */
export type SampledRow = Pick<ReportRecord, 'row' | 'username'>;

/** Draws rows that succeeded, each as likely as any other, in one pass (reservoir sampling), and gives them back in order. */
export async function drawSample(report: string, size: number): Promise<SampledRow[]> {
  const sample: SampledRow[] = [];
  let seen = 0;
  for await (const records of succeededRows(report)) {
    for (const { row, username } of records) {
      seen += 1;
      if (sample.length < size) sample.push({ row, username });
      else {
        const place = Math.floor(Math.random() * seen);
        if (place < size) sample[place] = { row, username };
      }
    }
  }
  return sample.sort((a, b) => a.row - b.row);
}

/** What trying the new passwords of some rows came to, by row. */
export async function trySample(
  sample: readonly SampledRow[],
  passwordOf: (row: SampledRow) => Secret,
  signIn: SignIn,
): Promise<Map<number, SignedIn>> {
  const tried = new Map<number, SignedIn>();
  for (const row of sample) tried.set(row.row, await signIn(row.username, passwordOf(row)));
  return tried;
}

/** A row's verdict with what its sign-in came to: a password that is refused is no success, whatever the pool shows. */
export function withSignIn({ verdict, detail }: Verdict, signedIn: SignedIn | undefined): Verdict {
  switch (signedIn?.kind) {
    case undefined:
      return { verdict, detail };
    case 'tokens':
      return { verdict, detail: `${detail}; signed in with the new password` };
    case 'challenge':
      return { verdict, detail: `${detail}; the new password is right, ${signedIn.name} is asked` };
    case 'refused':
      return {
        verdict: verdict === 'agrees' ? 'sign-in-refused' : verdict,
        detail: `${detail}; the new password is refused: ${signedIn.error}: ${signedIn.message}`,
      };
  }
}
