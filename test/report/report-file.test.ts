import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createReport, resumeReport } from '../../src/report/report-file.js';
import { formatReportRow, REPORT_HEADER, type ReportRow } from '../../src/report/report-line.js';
import { UsageError } from '../../src/usage-error.js';
import { exampleRow } from './example-row.js';
import { temporaryDirectory } from './temporary-directory.js';

function linesOf(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, index) =>
    formatReportRow(exampleRow(first + index)),
  ).join('');
}

function reportPath(content?: string | Buffer): string {
  const path = join(temporaryDirectory(), 'report.csv');
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

async function resumeAndClose(path: string) {
  const { file, lastRow, tally } = await resumeReport(path);
  await file.close();
  return { lastRow, tally };
}

describe('a new report', () => {
  test('holds its header, for its owner only', async () => {
    const path = reportPath();
    const { file, lastRow } = await createReport(path);
    await file.close();
    expect(lastRow).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(REPORT_HEADER);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is not made over something that is there', async () => {
    const path = reportPath('precious');
    await expect(createReport(path)).rejects.toThrow(UsageError);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });
});

describe('opening a report again', () => {
  test('goes on after its last line, with the counts of all', async () => {
    const path = reportPath(REPORT_HEADER + linesOf(1, 20));
    const { file, lastRow, tally } = await resumeReport(path);
    expect(lastRow).toBe(20);
    expect(tally).toMatchObject({ rows: 20, calls: 20, byStatus: { succeeded: 18, failed: 2 } });
    expect(tally.byError).toEqual(new Map([['UserNotFoundException', 2]]));
    await file.append(linesOf(21, 22));
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe(REPORT_HEADER + linesOf(1, 22));
  });

  test('keeps every whole line and cuts off the torn one, at whichever byte it was torn', async () => {
    const outcome = { status: 'skipped', error: 'InvalidUsername', message: 'a "b", c' } as const;
    const hard: ReportRow[] = ['ü"\n"\n1,2\n', '"', '\n', '😀,\r\n'].map((username, index) => ({
      ...exampleRow(index + 1),
      username,
      outcome,
    }));
    const pieces = [REPORT_HEADER, ...hard.map((row) => formatReportRow(row))].map((text) =>
      Buffer.from(text),
    );
    const whole = Buffer.concat(pieces);
    const ends = pieces.map((_, index) => Buffer.concat(pieces.slice(0, index + 1)).length);
    const path = reportPath();
    for (let size = 0; size <= whole.length; size += 1) {
      writeFileSync(path, whole.subarray(0, size));
      const wholeLines = ends.filter((end) => end <= size).length;
      expect((await resumeAndClose(path)).lastRow, `torn at byte ${size}`).toBe(Math.max(0, wholeLines - 1));
      expect(readFileSync(path)).toEqual(whole.subarray(0, ends[Math.max(0, wholeLines - 1)]));
    }
  });

  test('reads lines that fall on any boundary of what it reads at once', async () => {
    const username = `${'x'.repeat(300_000)}"\n"${'ü'.repeat(100_000)}`;
    const rows = Array.from({ length: 20 }, (_, index) => exampleRow(index + 1));
    rows[7] = { ...exampleRow(8), username };
    const path = reportPath(
      REPORT_HEADER + rows.map((row) => formatReportRow(row)).join('') + linesOf(21, 5000),
    );
    expect((await resumeAndClose(path)).lastRow).toBe(5000);
  });

  const good = REPORT_HEADER + linesOf(1, 3);
  test.each([
    ['another header', 'username\nbob\n', 'line 1: its header is another'],
    ['a first line that is no header', 'something', 'line 1: its header is another'],
    ['a byte order mark', `\uFEFF${good}`, 'line 1: its header is another'],
    ['a missing row', good + linesOf(5, 6), 'line 5: row 4 is expected here, not row 5'],
    ['a row twice', good + linesOf(3, 4), 'line 5: row 4 is expected here, not row 3'],
    ['a line of something else', `${good}hello\n${linesOf(4, 4)}`, 'line 5: this is no line of a report'],
    ['an empty line', `${good}\n${linesOf(4, 4)}`, 'line 5: this is no line of a report'],
    ['a stray quote', `${good}4,5,bo"b,succeeded,,,1,,,\n${linesOf(5, 9)}`, 'line 5: a quote is opened'],
    [
      'stray quotes',
      `${good}4,5,b"o"b,succeeded,,,1,,,\n${linesOf(5, 9)}`,
      'line 5: this is no line of a report',
    ],
  ])('refuses one with %s, says where, and leaves it alone', async (_, content, message) => {
    const path = reportPath(content);
    await expect(resumeReport(path)).rejects.toThrow(message);
    await expect(resumeReport(path)).rejects.toThrow(UsageError);
    await expect(resumeReport(path)).rejects.toThrow(
      'Put it back as it was. Or cut it off before that line: then the rows from there on are done again.',
    );
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('counts the lines of the file, not the rows, where a username spans lines', async () => {
    const spanning = formatReportRow({ ...exampleRow(1), username: 'a\nb\nc' });
    const path = reportPath(`${REPORT_HEADER}${spanning}oops\n`);
    await expect(resumeReport(path)).rejects.toThrow('line 5: this is no line');
  });

  test('refuses a link, a directory, a FIFO and nothing at all', async () => {
    const path = reportPath(good);
    const directory = temporaryDirectory();
    const link = join(directory, 'link.csv');
    symlinkSync(path, link);
    const inner = join(directory, 'directory.csv');
    mkdirSync(inner);
    const fifo = join(directory, 'fifo.csv');
    execFileSync('mkfifo', [fifo]);
    for (const bad of [link, inner, fifo, join(directory, 'absent.csv')]) {
      await expect(resumeReport(bad)).rejects.toThrow(UsageError);
    }
    expect(readFileSync(path, 'utf8')).toBe(good);
  });
});
