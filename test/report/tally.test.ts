import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatReportRow, parseReportRecord } from '../../src/report/report-line.js';
import { addToTally, emptyTally, entryOfRecord, entryOfRow, errorsByCount } from '../../src/report/tally.js';
import { anyOutcome, hardText } from './rows.js';

test('a tally read back from the report is the one counted while it was written, throttles apart', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hardText, anyOutcome), { maxLength: 30 }), (rows) => {
      const live = emptyTally();
      const readBack = emptyTally();
      for (const [at, [username, outcome]] of rows.entries()) {
        const row = { row: at + 1, line: at + 2, username, outcome };
        addToTally(live, entryOfRow(row));
        const [fields]: string[][] = parse(formatReportRow(row), { record_delimiter: '\n' });
        const record = parseReportRecord(fields ?? []);
        if (record !== undefined) addToTally(readBack, entryOfRecord(record));
      }
      expect(readBack).toEqual({ ...live, throttles: 0 });
      const { succeeded, failed, skipped, unprocessed } = live.byStatus;
      expect([live.rows, succeeded + failed + skipped + unprocessed]).toEqual([rows.length, rows.length]);
    }),
    { numRuns: 500 },
  );
});

test('the times are those of the first call and the last, in whatever order the rows come', () => {
  const tally = emptyTally();
  const entry = { status: 'succeeded', attempts: 2, throttles: 3 } as const;
  const at = (second: number) => `2026-11-23T20:15:0${second}.000Z`;
  addToTally(tally, { ...entry, startedAt: at(3), finishedAt: at(9) });
  addToTally(tally, { ...entry, startedAt: at(2), finishedAt: at(4) });
  addToTally(tally, { ...entry, startedAt: 'no time', finishedAt: 'zzz' });
  addToTally(tally, { status: 'skipped', error: 'EmptyUsername', attempts: 0, throttles: 0 });
  expect(tally).toMatchObject({ startedAt: at(2), finishedAt: at(9), calls: 6, throttles: 9 });
});

test('a million forged names of errors take a hundred entries', () => {
  const tally = emptyTally();
  for (let at = 0; at < 1e6; at += 1) {
    addToTally(tally, {
      status: 'failed',
      error: at % 2 ? 'Known' : `__proto__${at}`,
      attempts: 1,
      throttles: 0,
    });
  }
  expect(tally.byError.size).toBe(101);
  expect(tally.byError.get('Known')).toBe(5e5);
  expect(errorsByCount(tally.byError).reduce((sum, [, count]) => sum + count, 0)).toBe(1e6);
});

test('errors are sorted by how often they came', () => {
  expect(errorsByCount(Object.entries({ B: 1, A: 1, C: 5 }))).toEqual([
    ['C', 5],
    ['A', 1],
    ['B', 1],
  ]);
});
