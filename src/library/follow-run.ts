import { open } from 'node:fs/promises';
import { readReport } from '../report/read-report.js';
import type { ReportRecord } from '../report/report-line.js';
import type { Summary } from '../report/summary.js';
import type { Onlooker, OpenedRun } from '../run/conduct.js';
import type { Unfinished } from '../run/ending.js';
import type { Finished } from '../run/finish.js';
import type { StepStates } from '../steps.js';
import { errorOf } from './errors.js';

/** What happened to one row. */
export type RowOutcome = {
  /** Counts data rows from 1. */
  row: number;
  /** The line where the row begins, from 1. */
  line: number;
  username: string;
  /** Calls sent for this user, throttled ones apart. */
  attempts: number;
  /** Of the last answer, for AWS support and CloudTrail. */
  requestId: string | undefined;
  /** ISO 8601 UTC; undefined if no call was sent. */
  startedAt: string | undefined;
  finishedAt: string | undefined;
  /** Which steps are done, of a run that was asked for more than passwords. */
  steps: StepStates | undefined;
} & (
  | { status: 'succeeded' }
  /** `error` is the exception's name as the service spells it, or one of this program's own. */
  | { status: 'failed' | 'skipped' | 'unprocessed'; error: string; message: string }
);

/**
 * A run under way. Its outcomes come in the file's order, as their lines are in report.csv, from where they are read: a slow
 * loop holds neither the run nor memory up. Leaving the loop ends the run, as its signal does; the report has the lines of what was in flight then.
 */
export interface PasswordReset extends AsyncIterable<RowOutcome> {
  readonly runDirectory: string;
  /**
   * Resolves at the end of a run that finished, also without a loop.
   * Rejects with {@link RunStoppedError}, {@link RunInterruptedError} or {@link UsageError}; the loop throws the same.
   */
  readonly summary: Promise<Summary>;
}

export type Conduct = (
  onlooker: Pick<Onlooker, 'interrupt' | 'onLines'>,
  onOpened: (run: OpenedRun) => void,
) => Promise<Finished | Unfinished>;

/** Begins `conduct`, and gives its rows as their lines are written. */
export function followRun(
  runDirectory: string,
  signal: AbortSignal | undefined,
  conduct: Conduct,
): PasswordReset {
  const left = new AbortController();
  const interrupt = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const news = createNews();
  const opened = Promise.withResolvers<OpenedRun>();
  const ended = conduct({ interrupt, onLines: news.tell }, opened.resolve).finally(news.end);
  const summary = ended.then((how) => {
    if ('summary' in how) return how.summary;
    throw errorOf(how, runDirectory, signal);
  });
  // Whoever loops hears of it there.
  summary.catch(() => undefined);

  async function* outcomes(): AsyncGenerator<RowOutcome, void, undefined> {
    try {
      const run = await Promise.race([opened.promise, summary.then(() => opened.promise)]);
      const firstRow = run.report.lastRow + 1;
      const path = run.directory.report;
      const file = await open(path, 'r');
      try {
        for await (const { records } of readReport(file, path, news.more)) {
          for (const record of records) if (record.row >= firstRow) yield outcomeOf(record);
        }
      } finally {
        await file.close();
      }
      await summary;
    } finally {
      left.abort();
      await ended.catch(() => undefined);
    }
  }
  return { runDirectory, summary, [Symbol.asyncIterator]: outcomes };
}

/** Whether there is more to read: asked when all was read. */
function createNews() {
  let told = 0;
  let heard = 0;
  let ended = false;
  let next = Promise.withResolvers<void>();
  const wake = () => {
    next.resolve();
    next = Promise.withResolvers<void>();
  };
  return {
    tell: () => {
      told += 1;
      wake();
    },
    end: () => {
      ended = true;
      told += 1;
      wake();
    },
    more: async (): Promise<boolean> => {
      if (told === heard && !ended) await next.promise;
      const isNew = told !== heard;
      heard = told;
      return isNew;
    },
  };
}

function outcomeOf(record: ReportRecord): RowOutcome {
  const { status, error, message, ...facts } = record;
  return status === 'succeeded' ? { ...facts, status } : { ...facts, status, error: error ?? '', message };
}
