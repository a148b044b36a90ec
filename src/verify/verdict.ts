import type { RowUser } from '../check/row-users.js';
import type { ReportRecord } from '../report/report-line.js';

export const VERDICTS = [
  'agrees',
  'not-changed',
  'wrong-status',
  'not-disabled',
  'not-enabled',
  'not-found',
  'sign-in-refused',
] as const;

/** What a run has made of its users, and what was undone since. */
export interface Expected {
  /** Whether their passwords are. */
  permanent: boolean;
  /** Whether the user of a row can sign in, for all the run and `enable` did; undefined where neither did anything about it. */
  enabled: (row: number) => boolean | undefined;
}

/** What the pool says of a row that succeeded. */
export interface Verdict {
  verdict: (typeof VERDICTS)[number];
  detail: string;
}

/**
 * How much earlier than its call a user may seem to be changed, in ms: the service may give whole seconds, and its clock is
 * not the one that wrote the report.
 */
export const CLOCK_TOLERANCE = 5_000;

/** Pure: the row's line in the report against its user as the pool shows them. */
export function verdictOn(record: VerifiedRow, user: RowUser | undefined, expected: Expected): Verdict {
  const verdict = verdictOnPassword(record, user, expected.permanent);
  const enabled = expected.enabled(record.row);
  if (verdict.verdict !== 'agrees' || user === undefined || enabled === undefined) return verdict;
  const detail = `${verdict.detail}; ${user.enabled ? 'enabled' : 'disabled'}`;
  if (user.enabled === enabled) return { verdict: 'agrees', detail };
  return { verdict: enabled ? 'not-enabled' : 'not-disabled', detail };
}

type VerifiedRow = Pick<ReportRecord, 'row' | 'startedAt' | 'finishedAt'>;

function verdictOnPassword(
  { startedAt, finishedAt }: VerifiedRow,
  user: RowUser | undefined,
  permanent: boolean,
): Verdict {
  if (user === undefined) return { verdict: 'not-found', detail: 'no user of the pool has this name' };
  const { status, modifiedAt } = user;
  const changed = modifiedAt?.getTime();
  const begun = Date.parse(startedAt ?? '');
  const ended = Date.parse(finishedAt ?? '');
  if (changed === undefined) return { verdict: 'not-changed', detail: 'the pool does not say when it was' };
  const when = `last changed ${new Date(changed).toISOString()}`;
  // A start that is no time compares as false with anything: such a line agrees with nothing.
  if (!(changed >= begun - CLOCK_TOLERANCE)) {
    return { verdict: 'not-changed', detail: `${when}, before its call` };
  }
  const expected = permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD';
  if (status === expected) return { verdict: 'agrees', detail: `${status}, ${when}` };
  // Whoever has signed in with a temporary password and chosen another is CONFIRMED.
  if (!permanent && status === 'CONFIRMED' && changed > ended) {
    return { verdict: 'agrees', detail: `${status}, ${when}: has chosen a password since` };
  }
  return { verdict: 'wrong-status', detail: `${status} where ${expected} is expected, ${when}` };
}
