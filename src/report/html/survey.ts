import { open } from 'node:fs/promises';
import type { Step } from '../../steps.js';
import { readReport } from '../read-report.js';
import { addToTally, emptyTally, entryOfRecord, type Tally } from '../tally.js';
import { shownLine } from './shown-line.js';
import { countTimeline, type Timeline } from './timeline.js';

/** What a page must know of the whole report before its first line is written. */
export interface Survey {
  tally: Tally;
  /** Whose columns the report has. */
  steps: readonly Step[];
  timeline: Timeline | undefined;
  /** Rows that didn't succeed, and the characters of their lines: they come first where there is no room for all. */
  unsuccessful: Size;
}

export interface Size {
  rows: number;
  characters: number;
}

/** Reads the report through once. @throws UsageError if it is no report of this program. */
export async function surveyReport(path: string): Promise<Survey> {
  const tally = emptyTally();
  const counter = countTimeline();
  let columns: readonly Step[] = [];
  const unsuccessful = { rows: 0, characters: 0 };
  const file = await open(path, 'r');
  try {
    for await (const { records, lines, steps } of readReport(file, path)) {
      columns = steps;
      for (const [index, record] of records.entries()) {
        const { status, attempts, startedAt } = record;
        addToTally(tally, entryOfRecord(record));
        counter.add({ attempts, startedAt, failed: status === 'failed' });
        if (status === 'succeeded') continue;
        unsuccessful.rows += 1;
        unsuccessful.characters += shownLine(lines[index] ?? '').length;
      }
    }
  } finally {
    await file.close();
  }
  return { tally, steps: columns, timeline: counter.timeline(), unsuccessful };
}
