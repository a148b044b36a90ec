/**
 * A child process: resumes the report at argv[2], or makes it, and writes example rows up to row argv[3] with a
 * window of 200, in a shuffled order. Prints each synced row; a write error as JSON, and ends with 3.
 */
import { existsSync } from 'node:fs';
import { createReport, resumeReport } from '../../src/report/report-file.js';
import { ReportWriteError } from '../../src/report/report-write-error.js';
import { createReporter } from '../../src/report/reporter.js';
import { exampleRow } from './example-row.js';

const [path = '', lastRow = '0'] = process.argv.slice(2);
const STEP = 100;

function fail(error: unknown): never {
  if (!(error instanceof ReportWriteError)) throw error;
  process.stdout.write(`${JSON.stringify({ name: error.name, code: error.code, path: error.path })}\n`);
  process.exit(3);
}

try {
  const report = existsSync(path) ? await resumeReport(path) : await createReport(path);
  process.stdout.write(`${report.lastRow}\n`);
  let errors = 0;
  const reporter = createReporter({
    report,
    window: 2 * STEP,
    onWriteError: () => {
      errors += 1;
    },
  });
  for (let first = report.lastRow + 1; first <= Number(lastRow); first += STEP) {
    await reporter.waitUntilSynced(first - STEP - 1);
    process.stdout.write(`${reporter.syncedRow}\n`);
    for (let row = first + STEP - 1; row >= first; row -= 1) reporter.put(exampleRow(row));
  }
  await reporter.waitUntilSynced(Number(lastRow)).finally(async () => {
    await reporter.close();
    if (errors > 1) throw new Error(`the write error was told ${errors} times`);
  });
  process.stdout.write(`${reporter.syncedRow}\n`);
} catch (error) {
  fail(error);
}
