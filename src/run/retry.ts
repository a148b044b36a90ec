import { isRetryable } from '../cognito/errors.js';
import type { RowSelection } from '../manifest/manifest.js';
import { readReport } from '../report/read-report.js';
import { openReportToRead } from '../report/report-file.js';
import type { ReportRecord } from '../report/report-line.js';
import type { Summary } from '../report/summary.js';

/** Which rows of an ended run another one shall do. */
export interface RowsToRetry {
  /** Rows of its input. */
  selection: RowSelection;
  /** Those whose password may have been set all the same, by their place among the selected rows, from 1. */
  passwordSent: Set<number>;
  /** Rows that failed and are left out, by error. */
  leftOut: Map<string, number>;
}

/**
 * Picks the rows that were not processed and those that failed with an error that may have gone: of a service that was
 * down, of an answer that got lost. With `allFailed` all that failed.
 *
 * @param rowsOfInput of a run that was a retry itself: its rows in the input
 * @throws UsageError if the report was edited
 */
export async function rowsToRetry(
  report: string,
  rowsOfInput: RowSelection | undefined,
  allFailed: boolean,
): Promise<RowsToRetry> {
  const rows: number[] = [];
  const passwordSent = new Set<number>();
  const leftOut = new Map<string, number>();
  const file = await openReportToRead(report);
  try {
    for await (const { records } of readReport(file, report)) {
      for (const record of records) {
        if (shallRetry(record, allFailed)) {
          rows.push(rowsOfInput?.[record.row - 1] ?? record.row);
          if (mayHavePassword(record)) passwordSent.add(rows.length);
        } else if (record.status === 'failed') {
          const error = record.error ?? record.status;
          leftOut.set(error, (leftOut.get(error) ?? 0) + 1);
        }
      }
    }
  } finally {
    await file.close();
  }
  return { selection: Uint32Array.from(rows), passwordSent, leftOut };
}

function shallRetry({ status, error }: ReportRecord, allFailed: boolean): boolean {
  if (status === 'unprocessed') return true;
  return status === 'failed' && (allFailed || isRetryable(error ?? ''));
}

/** A step after the password has failed, or the call's answer got lost. */
function mayHavePassword({ status, error, steps }: ReportRecord): boolean {
  if (steps?.password_set !== undefined) return steps.password_set !== 'no';
  return status === 'failed' && isRetryable(error ?? '');
}

/** How many rows that is without `allFailed`. */
export function rowsLeftToRetry({ byStatus, byError }: Pick<Summary, 'byStatus' | 'byError'>): number {
  const failed = Object.entries(byError).filter(([error]) => isRetryable(error));
  return failed.reduce((sum, [, count]) => sum + count, byStatus.unprocessed);
}
