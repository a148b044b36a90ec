import { z } from 'zod';
import type { StopReason } from '../../jobs/reset-user.js';
import { errorHint } from '../report/error-hints.js';
import type { ReportRecord } from '../report/report-line.js';
import { errorsByCount, type TallyEntry } from '../report/tally.js';

/** `--canary`: the first rows that are tried go alone, and the others follow only if these went well. */
export const canarySchema = z.object({
  rows: z.int().positive(),
  /** The run stops when so many of them fail. */
  failures: z.int().positive(),
  /** ISO 8601 UTC: when it was clean, or somebody said to go on all the same; absent before. */
  passedAt: z.string().optional(),
});
export type Canary = z.infer<typeof canarySchema>;

/** Whether something was sent for a row: one that is skipped or refused before says nothing of the others. */
export function isTried({ attempts }: Pick<TallyEntry, 'attempts'>): boolean {
  return attempts > 0;
}

export interface CanaryResult {
  /** Of the rows that were tried. */
  records: readonly ReportRecord[];
  failed: number;
  clean: boolean;
  /** What failed, in one line; the reason to stop if nobody says otherwise. */
  message: string;
}

/** What came of the canary, from the lines of its rows. */
export function judgeCanary({ rows, failures }: Canary, records: readonly ReportRecord[]): CanaryResult {
  const errors = new Map<string, number>();
  for (const { status, error } of records) {
    if (status === 'failed') errors.set(error ?? status, (errors.get(error ?? status) ?? 0) + 1);
  }
  const byCount = errorsByCount(errors);
  const failed = byCount.reduce((sum, [, count]) => sum + count, 0);
  const first = rows === 1 ? 'the first tried row' : `the first ${rows} tried rows`;
  if (failed === 0)
    return {
      records,
      failed,
      clean: true,
      message: rows === 1 ? 'The first tried row did not fail.' : `None of ${first} failed.`,
    };
  const hint = errorHint(byCount[0]?.[0] ?? '');
  const shown = byCount.map(([error, count]) => `${count} ${error}`).join(', ');
  return {
    records,
    failed,
    clean: failed < failures,
    message: `${failed} of ${first} failed: ${shown}.${hint === undefined ? '' : ` ${hint}`}`,
  };
}

/** Why the run stops after its canary: it is not clean, or somebody who has seen it does not want to go on. */
export function canaryStop(result: CanaryResult, askedPerson: boolean): StopReason {
  return {
    error: askedPerson ? 'CanaryDeclined' : 'CanaryFailed',
    message: result.message,
  };
}
