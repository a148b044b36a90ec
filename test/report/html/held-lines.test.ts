import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { heldLines } from '../../../src/report/html/held-lines.js';
import { shownLine } from '../../../src/report/html/shown-line.js';
import { surveyReport } from '../../../src/report/html/survey.js';
import { formatReportRow, parseReportRecord, REPORT_HEADER } from '../../../src/report/report-line.js';
import { exampleRow } from '../example-row.js';
import { temporaryDirectory } from '../temporary-directory.js';

const BIG = 1_000_000;
let path: string;

/** A report of 100 rows of which every tenth failed. */
beforeEach(() => {
  path = join(temporaryDirectory(), 'report.csv');
  const rows = Array.from({ length: 100 }, (_, index) => formatReportRow(exampleRow(index + 1)));
  writeFileSync(path, REPORT_HEADER + rows.join(''));
});

async function held(rows: number, characters: number): Promise<string> {
  let text = '';
  for await (const part of heldLines(path, await surveyReport(path), { rows, characters })) text += part;
  return text;
}
const rowsOf = (text: string) => text.match(/^\d+(?=,)/gm)?.map(Number) ?? [];

test('with room for all rows the page holds the report as it is', async () => {
  expect(await held(BIG, BIG)).toBe(readFileSync(path, 'utf8'));
});

test('with room for fewer, all that failed and the first of the others, in the order of rows', async () => {
  expect(rowsOf(await held(15, BIG))).toEqual([1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  const failed = await held(10, BIG);
  expect(rowsOf(failed)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(await held(BIG, failed.length - REPORT_HEADER.length)).toBe(failed);
});

test('with less room than the failed rows need, the first of them', async () => {
  expect(rowsOf(await held(3, BIG))).toEqual([10, 20, 30]);
});

test('rows that came after the survey, in a live run, are left out', async () => {
  const survey = await surveyReport(path);
  writeFileSync(path, formatReportRow(exampleRow(101)), { flag: 'a' });
  let text = '';
  for await (const part of heldLines(path, survey)) text += part;
  expect(rowsOf(text).at(-1)).toBe(100);
});

test.each([
  ['plain', 'x'.repeat(BIG)],
  ['of quotes', '"'.repeat(BIG)],
  ['of pairs that a cut could halve', `,${'🔑'.repeat(BIG / 2)}`],
])('a username of a million characters is cut in its line, and nothing else of it: %s', (_, username) => {
  const line = shownLine(formatReportRow({ ...exampleRow(10), username }));
  expect(line.length).toBeLessThan(1_000);
  const fields = [...line.slice(0, -1).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
  const record = parseReportRecord(fields);
  expect(record).toMatchObject({
    row: 10,
    line: 11,
    status: 'failed',
    message: 'No, "not" here.',
    attempts: 1,
  });
  expect(record?.username.endsWith('…')).toBe(true);
  expect(username.startsWith(record?.username.slice(0, -1) ?? '?')).toBe(true);
});
