import { readReport } from '../report/read-report.js';
import { openReportToRead } from '../report/report-file.js';
import type { ReportRecord } from '../report/report-line.js';

/**
 * The rows of a report that succeeded, in order and in parts; with `only` those that it takes.
 *
 * @throws UsageError if it is no report, or was edited
 */
export async function* succeededRows(
  report: string,
  only: (row: number) => boolean = () => true,
): AsyncGenerator<ReportRecord[]> {
  const file = await openReportToRead(report);
  try {
    for await (const { records } of readReport(file, report)) {
      yield records.filter(({ row, status }) => status === 'succeeded' && only(row));
    }
  } finally {
    await file.close();
  }
}
