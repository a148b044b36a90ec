import type { Finding } from '../check/findings.js';
import { readReport } from '../report/read-report.js';
import { openReportToRead } from '../report/report-file.js';
import type { ReportRecord } from '../report/report-line.js';

/** A row whose user a run has disabled, or may have. */
export interface DisabledRow extends Pick<ReportRecord, 'row' | 'line' | 'username'> {
  /** As the run's check of the pool has found them; false if there was none. */
  wasDisabledBefore: boolean;
}

/**
 * The rows of a report whose users the run has disabled, also where a later step failed. One whose call was not answered
 * counts too.
 *
 * @param findings of the run's check.csv, if it made one
 * @throws UsageError if it is no report, or was edited
 */
export async function* disabledRows(
  report: string,
  findings: () => AsyncGenerator<Finding & { row: number }>,
): AsyncGenerator<DisabledRow> {
  const file = await openReportToRead(report);
  const found = disabledBefore(findings());
  try {
    let next = await found.next();
    for await (const { records } of readReport(file, report)) {
      for (const { row, line, username, steps } of records) {
        while (next.done !== true && next.value < row) next = await found.next();
        if (steps?.disabled !== 'yes' && steps?.disabled !== 'unknown') continue;
        yield { row, line, username, wasDisabledBefore: next.done !== true && next.value === row };
      }
    }
  } finally {
    await found.return(undefined);
    await file.close();
  }
}

/** Rows, in the file's order. */
async function* disabledBefore(findings: AsyncGenerator<Finding & { row: number }>): AsyncGenerator<number> {
  for await (const { row, name } of findings) if (name === 'UserIsDisabled') yield row;
}
