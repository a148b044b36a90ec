import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatReportRow, parseReportRecord, REPORT_HEADER } from '../../src/report/report-line.js';
import { plainField, spreadsheetField } from '../../src/report/spreadsheet-field.js';
import { exampleRow } from './example-row.js';
import { anyOutcome, hardText } from './rows.js';

describe('a line of the report', () => {
  test('has the columns that its header names', () => {
    expect(REPORT_HEADER).toBe(
      'row,line,username,status,error,message,attempts,request_id,started_at,finished_at\n',
    );
    expect(formatReportRow(exampleRow(1))).toBe(
      '1,2,user1@example.com,succeeded,,,1,0b5f4c1e-7a4f-4b8e-9d57-2f5d8a1c0e11,' +
        '2026-11-23T20:15:00.123Z,2026-11-23T20:15:00.223Z\n',
    );
  });

  test('is one record to csv-parse, with the username to the last character, whatever it holds', () => {
    fc.assert(
      fc.property(hardText, anyOutcome, fc.nat(), fc.nat(), (username, outcome, row, line) => {
        const text = formatReportRow({ row, line, username, outcome });
        const records: string[][] = parse(text, { record_delimiter: '\n' });
        expect(records).toHaveLength(1);
        expect(parseReportRecord(records[0] ?? [])).toMatchObject({
          row,
          line,
          username,
          status: outcome.status,
        });
      }),
      { numRuns: 2000 },
    );
  });

  test('has quotes around every line break, a lone CR too, which some readers end a record at', () => {
    const { outcome } = exampleRow(1);
    for (const username of ['a\rb', 'a\nb', 'a,b', 'a\r\nb']) {
      expect(formatReportRow({ row: 1, line: 2, username, outcome })).toContain(`,"${username}",`);
    }
  });

  test('has a message of one line and bounded length, control characters shown escaped', () => {
    const outcome = {
      status: 'skipped',
      error: 'X',
      message: `a\r\nb\u001b[31m\u202e${'😀'.repeat(400)}`,
    } as const;
    const [fields]: string[][] = parse(formatReportRow({ row: 1, line: 2, username: 'bob', outcome }));
    const message = parseReportRecord(fields ?? [])?.message ?? '';
    expect(message).toMatch(/^a\\r\\nb\\u\{1b\}\[31m\\u\{202e\}(😀)+…$/u);
    expect(message.length).toBeLessThan(550);
  });

  test('reads nothing back from what is no line of a report', () => {
    const fields = ['1', '2', 'bob', 'succeeded', '', '', '1', '', '', ''];
    expect(parseReportRecord(fields)).toBeDefined();
    expect(parseReportRecord(fields.slice(1))).toBeUndefined();
    expect(parseReportRecord([...fields, ''])).toBeUndefined();
    expect(parseReportRecord(fields.with(0, '1e3'))).toBeUndefined();
    expect(parseReportRecord(fields.with(3, 'done'))).toBeUndefined();
    expect(parseReportRecord(fields.with(6, ''))).toBeUndefined();
  });
});

describe('a field that a spreadsheet opens', () => {
  test.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\rx',
    '＝1',
    '＋1',
    '－1',
    '＠A',
    ' =1',
    "'=1",
    '\0=1',
  ])('begins with an apostrophe where it was %j', (text) => {
    expect(spreadsheetField(text).startsWith("'")).toBe(true);
  });

  test.each(['bob', 'bob@example.com', 'a-b=c', '', 'ünal', '日本'])(
    'is left as it is where it was %j',
    (text) => {
      expect(spreadsheetField(text)).toBe(text);
    },
  );

  test('begins no formula in any of the cells that another separator makes of it', () => {
    fc.assert(
      fc.property(hardText, (text) => {
        for (const cell of spreadsheetField(text).split(/[;\t\r\n]/)) {
          expect(cell).not.toMatch(/^[\s\0\p{Cf}]*[=+\-@＝＋－＠]/u);
        }
      }),
      { numRuns: 5000 },
    );
    expect(spreadsheetField("x;=cmd|'/c calc'!A1;y")).toBe("x;'=cmd|'/c calc'!A1;y");
  });

  test('comes back exactly from plainField', () => {
    fc.assert(
      fc.property(hardText, (text) => {
        expect(plainField(spreadsheetField(text))).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  test('a million blanks and line breaks are done at once', () => {
    const text = ' \n\t'.repeat(300_000);
    expect(plainField(spreadsheetField(text))).toBe(text);
  });
});
