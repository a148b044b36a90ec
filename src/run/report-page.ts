import { access } from 'node:fs/promises';
import { writePage } from '../report/html/write-page.js';
import { moment } from '../report/html/words.js';
import { sha256OfFile } from '../sha256-of.js';
import { UsageError } from '../usage-error.js';
import type { RunDirectory } from './directory.js';
import { type PageState, pageFacts } from './page-facts.js';
import { type Standing, standingOf } from './standing.js';

/**
 * Makes report.html anew from what is in the run directory, of a run in any state. Answers what the reader must know
 * before believing it, as the page says it too.
 * @throws UsageError for a directory without a report. ReportWriteError if the page can't be written.
 */
export async function remakePage(directory: RunDirectory): Promise<string[]> {
  await access(directory.report).catch((cause: unknown) => {
    throw new UsageError(`${directory.report} can’t be read, and the page is made from it.`, { cause });
  });
  const standing = await standingOf(directory);
  const state = await stateOf(standing, directory);
  await writePage(directory.page, directory.report, pageFacts(standing.record, state));
  return [state.unfinished, state.warning].filter((note) => note !== undefined);
}

async function stateOf(standing: Standing, directory: RunDirectory): Promise<PageState> {
  const now = moment(new Date().toISOString());
  switch (standing.kind) {
    case 'live':
      return {
        unfinished: `The run was still under way when this page was made (${now}). Its rows so far are here.`,
      };
    case 'unfinished':
      return {
        unfinished: `The run has not finished: it was stopped, interrupted or killed, and can be resumed. Its rows up to ${now} are here.`,
      };
    case 'finished': {
      const { summary } = standing;
      const changed = (await sha256OfFile(directory.report)) !== summary.reportSha256;
      return {
        summary,
        ...(changed && {
          warning:
            'report.csv is not as the run left it: its SHA-256 is another now than in summary.json. This page shows it as it is now.',
        }),
      };
    }
  }
}
