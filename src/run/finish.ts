import { open } from 'node:fs/promises';
import { type Manifest, readManifest } from '../manifest/manifest.js';
import type { RunKey } from '../password/run-key.js';
import type { QueueBackend } from '../queue/backend.js';
import { type FailedRow, writeFailedCsv } from '../report/failed-csv.js';
import { writePage } from '../report/html/write-page.js';
import { readReport } from '../report/read-report.js';
import { type Summary, summarize, writeSummary } from '../report/summary.js';
import { sha256OfFile } from '../sha256-of.js';
import type { Tally } from '../report/tally.js';
import { destroyKeyAtEnd } from './destroy-key.js';
import type { RunDirectory } from './directory.js';
import { handOutPasswords } from './hand-out.js';
import { pageFacts } from './page-facts.js';
import type { RunRecord } from './record.js';
import { removeQueue } from './remove-queue.js';
import { rowsLeftToRetry } from './retry.js';

export interface Finished {
  summary: Summary;
  /** The path of failed.csv, if any row can be fed to a new run. */
  failed: string | undefined;
  /** Whether the key was to be destroyed and is elsewhere than in the run directory. */
  keyLeft: boolean;
  /** Why something of the run is still in its queue, and what to do about it: in words. */
  queueLeft: string | undefined;
  /** Rows that another run may do better with as they are. */
  toRetry: number;
}

export interface FinishedRun {
  directory: RunDirectory;
  record: RunRecord;
  key: RunKey;
  manifest: Manifest;
  tally: Readonly<Tally>;
  backend: QueueBackend;
  /** ISO 8601 UTC, if it was cancelled before all of its rows had their turn. */
  cancelledAt?: string;
}

/**
 * Writes failed.csv, removes the run's queue if it can be reached, and writes report.html and summary.json, this as the last: without it the
 * run has not finished, and `resume` does this again.
 * @throws ReportWriteError
 */
export async function finishRun(run: FinishedRun): Promise<Finished> {
  const { directory, record, key, manifest, tally, backend, cancelledAt } = run;
  const again = tally.byStatus.failed + tally.byStatus.unprocessed;
  if (again > 0) {
    await writeFailedCsv(directory.failed, failedRows(directory.report, record, manifest), {
      // A row's fields come without the password's column.
      header: manifest.fieldNames,
      width: manifest.columns - (manifest.passwordColumn === undefined ? 0 : 1),
      delimiter: manifest.delimiter,
    });
  }
  await handOutPasswords(directory, record, key);
  const notRemoved = await removeQueue(backend);
  const summary = summarize(tally, {
    run: record.id,
    pool: record.pool.id,
    mode: record.mode,
    inputSha256: record.input.sha256 ?? '',
    reportSha256: await sha256OfFile(directory.report),
    ...(cancelledAt === undefined ? {} : { cancelledAt }),
  });
  await writePage(directory.page, directory.report, pageFacts(record, { summary }));
  await writeSummary(directory.summary, summary);
  // Whoever may read the passwords has them now. Last, as a run that hasn't finished needs its key.
  const keyLeft = !(await destroyKeyAtEnd(directory, record));
  return {
    summary,
    keyLeft,
    queueLeft: notRemoved === undefined ? undefined : queueLeftText(notRemoved, run),
    failed: again > 0 ? directory.failed : undefined,
    toRetry: rowsLeftToRetry(summary),
  };
}

function queueLeftText(why: string, { record, directory, backend }: FinishedRun): string {
  const next =
    backend.kind === 'embedded'
      ? `Remove ${directory.queue}.`
      : `Remove there what has ${record.id} in its name, and end workers that still wait for the run.`;
  return `each row has its line, but the run’s queue could not be removed (${why}). ${next}`;
}

/** Walks the manifest and the report side by side: row n of the one is line n of the other. */
async function* failedRows(report: string, record: RunRecord, manifest: Manifest): AsyncGenerator<FailedRow> {
  const file = await open(report, 'r');
  try {
    const errors = errorsByRow(readReport(file, report));
    for await (const rows of readManifest(manifest, { caseSensitive: record.pool.caseSensitive })) {
      for (const row of rows) {
        const next = await errors.next();
        if (next.done === true) return;
        // A malformed row has no fields that could be told apart; report.csv names its line.
        if (next.value !== undefined && row.fields.length > 0)
          yield { fields: row.fields, error: next.value };
      }
    }
  } finally {
    await file.close();
  }
}

/** For each row in order: the error to run it again for, or undefined. */
async function* errorsByRow(parts: ReturnType<typeof readReport>): AsyncGenerator<string | undefined> {
  for await (const { records } of parts) {
    for (const { status, error } of records) {
      yield status === 'failed' || status === 'unprocessed' ? (error ?? status) : undefined;
    }
  }
}
