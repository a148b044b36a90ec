import { type OpenReport, resumeReport } from '../report/report-file.js';
import type { RunDirectory } from './directory.js';
import { readLiveFile } from './live-file.js';
import type { RunRecord } from './record.js';

/**
 * Opens the report of an earlier process. How often that one was throttled, for which the report has no column, is in what
 * it left of live.json; after a kill the last second of it may be missing, or counted twice.
 * @throws as `resumeReport`
 */
export async function reopenReport(directory: RunDirectory, { steps }: RunRecord): Promise<OpenReport> {
  const report = await resumeReport(directory.report, steps?.asked);
  report.tally.throttles = (await readLiveFile(directory.live))?.throttles ?? 0;
  return report;
}
