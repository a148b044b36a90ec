import { open } from 'node:fs/promises';
import { readReport } from '../read-report.js';
import { reportHeader } from '../report-line.js';
import { shownLine } from './shown-line.js';
import type { Size, Survey } from './survey.js';

/** What a page holds at most, so that a browser opens it; a usual line has 140 characters. */
const PAGE_LIMIT: Size = { rows: 500_000, characters: 128 * 1024 * 1024 };

/**
 * The lines of the report that the page holds, header first: all of the rows that didn't succeed, and of the others
 * the first ones, as far as there is room. Only the rows that were surveyed: the report of a live run has grown since.
 */
export async function* heldLines(
  path: string,
  { tally, steps, unsuccessful }: Survey,
  limit: Size = PAGE_LIMIT,
): AsyncGenerator<string> {
  const room = {
    unsuccessful: { ...limit },
    succeeded: {
      rows: limit.rows - unsuccessful.rows,
      characters: limit.characters - unsuccessful.characters,
    },
  };
  yield reportHeader(steps);
  const file = await open(path, 'r');
  try {
    for await (const { records, lines } of readReport(file, path)) {
      let text = '';
      for (const [index, { row, status }] of records.entries()) {
        if (row > tally.rows) break;
        const left = status === 'succeeded' ? room.succeeded : room.unsuccessful;
        const line = shownLine(lines[index] ?? '');
        left.rows -= 1;
        left.characters -= line.length;
        if (left.rows >= 0 && left.characters >= 0) text += line;
      }
      if (text !== '') yield text;
    }
  } finally {
    await file.close();
  }
}
