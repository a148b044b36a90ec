import { z } from 'zod';
import type { StopReason } from '../../jobs/reset-user.js';
import { errorHint } from '../report/error-hints.js';
import type { ReportRow } from '../report/report-line.js';
import { errorsByCount } from '../report/tally.js';

/** `--max-failures`: how many users may fail before the run stops, as a number or as a share of those tried. */
export const failureLimitSchema = z.union([
  z.strictObject({ users: z.int().positive() }),
  z.strictObject({ percent: z.number().positive().max(100) }),
]);
export type FailureLimit = z.infer<typeof failureLimitSchema>;

export const DEFAULT_FAILURE_LIMIT: FailureLimit = { percent: 10 };

/** A share says little of fewer users than these. */
const LEAST_USERS = 100;
const ERRORS_SHOWN = 4;

/**
 * Counts the users that failed, in the order of their lines, and tells once when it is too many: a wrong column or a
 * wrong pool must not fail everybody while nobody looks. Each line that says `failed` counts, also of a row that never
 * reached the pool; skipped rows count neither as tried nor as failed.
 *
 * `after` is the last row that an earlier process knew the outcome of. It isn't counted again: whoever resumes a run has
 * seen what failed before.
 */
export function createThreshold(
  limit: FailureLimit,
  after: number,
): (rows: readonly ReportRow[]) => StopReason | undefined {
  const byError = new Map<string, number>();
  let tried = 0;
  let failed = 0;
  let told = false;
  return (rows) => {
    for (const { row, outcome } of rows) {
      if (told || row <= after) continue;
      if (outcome.status === 'succeeded') tried += 1;
      if (outcome.status !== 'failed') continue;
      tried += 1;
      failed += 1;
      byError.set(outcome.error, (byError.get(outcome.error) ?? 0) + 1);
      if (!isTooMany(limit, tried, failed)) continue;
      told = true;
      return { error: 'TooManyFailures', message: messageOf(limit, { tried, failed, byError, after }) };
    }
    return undefined;
  };
}

function isTooMany(limit: FailureLimit, tried: number, failed: number): boolean {
  if ('users' in limit) return failed >= limit.users;
  return limit.percent < 100 && tried >= LEAST_USERS && failed * 100 >= limit.percent * tried;
}

/** As it is typed: `10%` or `500`. */
export function failureLimitText(limit: FailureLimit): string {
  return 'users' in limit ? String(limit.users) : `${limit.percent}%`;
}

function messageOf(
  limit: FailureLimit,
  counts: { tried: number; failed: number; byError: ReadonlyMap<string, number>; after: number },
): string {
  const errors = errorsByCount(counts.byError);
  const shown = errors.slice(0, ERRORS_SHOWN).map(([error, count]) => `${count} ${error}`);
  if (errors.length > ERRORS_SHOWN) shown.push('others');
  const since = counts.after > 0 ? ` after row ${counts.after}` : '';
  const hint = errorHint(errors[0]?.[0] ?? '');
  return (
    `${counts.failed} of ${counts.tried} users failed${since} (--max-failures ${failureLimitText(limit)}): ` +
    `${shown.join(', ')}.${hint === undefined ? '' : ` ${hint}`}`
  );
}
