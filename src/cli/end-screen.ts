import { summaryTable } from '../report/summary-table.js';
import type { RunDirectory } from '../run/directory.js';
import type { Finished } from '../run/finish.js';
import type { RunRecord } from '../run/record.js';
import type { ProgressKind } from './progress.js';
import { warn } from './tell.js';

/** To whoever ends a run with recipients whose key is not in its directory: nobody else can destroy it. */
const KEY_LEFT =
  'the key was given by COGNITO_BULK_RESET_KEY_FILE and is still there: destroy it where it is';

/** Warns of what a run that has ended could not take away. */
export function warnOfLeft({ keyLeft, queueLeft }: Finished, progress: ProgressKind): void {
  if (queueLeft !== undefined) warn(progress, queueLeft);
  if (keyLeft) warn(progress, KEY_LEFT);
}

/** What became of a run that has ended, and where all of it is. */
export function endScreen(
  { summary, failed, toRetry }: Finished,
  { report, page, credentials }: RunDirectory,
  { recipients }: RunRecord,
): string {
  const handedOut = recipients === undefined ? {} : { credentials };
  return summaryTable(summary, { report, page, failed, toRetry, ...handedOut });
}
