import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReport, type OpenReport } from '../../src/report/report-file.js';
import { formatReportRow, REPORT_HEADER } from '../../src/report/report-line.js';
import { createReporter } from '../../src/report/reporter.js';
import { exampleRow } from './example-row.js';
import { temporaryDirectory } from './temporary-directory.js';

async function newReporter(window = 100) {
  const path = join(temporaryDirectory(), 'report.csv');
  const report = await createReport(path);
  const errors: Error[] = [];
  const reporter = createReporter({ report, window, onWriteError: (error) => errors.push(error) });
  return { path, report, reporter, errors };
}

function exampleReport(lastRow: number): string {
  return (
    REPORT_HEADER + Array.from({ length: lastRow }, (_, at) => formatReportRow(exampleRow(at + 1))).join('')
  );
}

/** A report whose writes wait for `release`, or fail. */
function holding(report: OpenReport) {
  const appended: string[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  const { append } = report.file;
  report.file.append = async (lines) => {
    const turn = Promise.withResolvers<void>();
    waiting.push(turn);
    appended.push(lines);
    await turn.promise;
    await append(lines);
  };
  return { appended, waiting };
}

describe('reporter', () => {
  test('has the lines on the disk in row order, once each, whatever the order they came in', async () => {
    const order = fc.shuffledSubarray(
      Array.from({ length: 100 }, (_, at) => at + 1),
      { minLength: 100 },
    );
    await fc.assert(
      fc.asyncProperty(order, async (rows) => {
        const { path, reporter } = await newReporter();
        for (const row of rows) expect(reporter.put(exampleRow(row))).toBe(true);
        for (const row of rows) expect(reporter.put({ ...exampleRow(row), username: 'late' })).toBe(false);
        await reporter.waitUntilSynced(100);
        expect(readFileSync(path, 'utf8')).toBe(exampleReport(100));
        expect(reporter.tally).toMatchObject({
          rows: 100,
          calls: 100,
          byStatus: { succeeded: 90, failed: 10 },
        });
        await reporter.close();
      }),
      { numRuns: 20 },
    );
  });

  test('releases who waits for a row when its line is on the disk, and not before', async () => {
    const { report, reporter } = await newReporter();
    const { waiting } = holding(report);
    let released = false;
    const wait = reporter.waitUntilSynced(1).then(() => {
      released = true;
    });
    reporter.put(exampleRow(1));
    while (waiting.length === 0) await new Promise(setImmediate);
    expect([reporter.syncedRow, reporter.missingRow, reporter.tally.rows, released]).toEqual([
      0,
      2,
      0,
      false,
    ]);
    waiting[0]?.resolve();
    await wait;
    expect([reporter.syncedRow, reporter.tally.rows]).toEqual([1, 1]);
    await reporter.waitUntilSynced(1);
    await reporter.close();
  });

  test('writes what comes in at once, or while a batch is being synced, as one batch', async () => {
    const { report, reporter } = await newReporter();
    const { appended, waiting } = holding(report);
    for (let row = 1; row <= 10; row += 1) reporter.put(exampleRow(row));
    while (waiting.length === 0) await new Promise(setImmediate);
    for (let row = 11; row <= 50; row += 1) reporter.put(exampleRow(row));
    waiting[0]?.resolve();
    while (waiting.length === 1) await new Promise(setImmediate);
    waiting[1]?.resolve();
    await reporter.waitUntilSynced(50);
    expect(appended.map((lines) => lines.split('\n').length - 1)).toEqual([10, 40]);
    await reporter.close();
  });

  test('says which rows nobody has heard of', async () => {
    const { path, reporter } = await newReporter();
    for (const row of [1, 2, 4, 6]) reporter.put(exampleRow(row));
    expect(reporter.missingRow).toBe(3);
    expect(reporter.missingUpTo(7)).toEqual([3, 5, 7]);
    await reporter.close();
    expect(readFileSync(path, 'utf8')).toBe(exampleReport(2));
  });

  test('refuses a row beyond the window', async () => {
    const { reporter } = await newReporter(10);
    expect(() => reporter.put(exampleRow(11))).toThrow('row 11 is beyond the window');
    await reporter.close();
  });

  test('lets a waiter go when its signal aborts, before and while it waits', async () => {
    const { reporter } = await newReporter();
    const controller = new AbortController();
    const wait = reporter.waitUntilSynced(1, controller.signal);
    controller.abort(new Error('enough'));
    await expect(wait).rejects.toThrow('enough');
    await expect(reporter.waitUntilSynced(1, controller.signal)).rejects.toThrow('enough');
    await reporter.close();
  });

  test('tells a write error once, to the callback and to all who wait, and takes nothing after it', async () => {
    const { report, reporter, errors } = await newReporter();
    const { waiting } = holding(report);
    const waits = Promise.allSettled([reporter.waitUntilSynced(1), reporter.waitUntilSynced(5)]);
    reporter.put(exampleRow(1));
    while (waiting.length === 0) await new Promise(setImmediate);
    reporter.put(exampleRow(2));
    const error = new Error('disk full');
    waiting[0]?.reject(error);
    expect((await waits).map((wait) => wait.status === 'rejected' && wait.reason)).toEqual([error, error]);
    expect(reporter.put(exampleRow(3))).toBe(false);
    await expect(reporter.waitUntilSynced(9)).rejects.toThrow('disk full');
    await reporter.close();
    expect([errors, waiting.length, reporter.syncedRow]).toEqual([[error], 1, 0]);
  });

  test('closes once, with every line whose turn has come, and leaves nobody waiting', async () => {
    const { path, reporter, errors } = await newReporter();
    const wait = expect(reporter.waitUntilSynced(9)).rejects.toThrow('the report is closed');
    for (let row = 1; row <= 5; row += 1) reporter.put(exampleRow(row));
    await Promise.all([reporter.close(), reporter.close(), wait]);
    expect(readFileSync(path, 'utf8')).toBe(exampleReport(5));
    expect(reporter.put(exampleRow(6))).toBe(false);
    expect(errors).toEqual([]);
  });
});
