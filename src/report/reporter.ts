import { setImmediate, setTimeout } from 'node:timers/promises';
import { createReorder } from './reorder.js';
import type { OpenReport } from './report-file.js';
import { formatReportRow, type ReportRow } from './report-line.js';
import { addToTally, entryOfRow, type Tally } from './tally.js';

/** Takes outcomes in any order and sees to it that each gets its line on the disk, in row order. */
export interface Reporter {
  /**
   * Gives a row its outcome; the first one wins. `false` if the row has one already,
   * or the report failed or is closed.
   * Never waits: `waitUntilSynced` tells when its line is on the disk.
   * @throws RangeError if the row is beyond the window: `row` > `syncedRow` + window.
   */
  put(row: ReportRow): boolean;
  /** Every row up to this one has its line on the disk. */
  readonly syncedRow: number;
  /** The oldest row that no outcome was heard of. */
  readonly missingRow: number;
  /** The rows up to `last` that no outcome was heard of, oldest first: to ask the queue for what an event didn't tell. */
  missingUpTo(last: number): number[];
  /** The counts of the rows whose lines are on the disk, earlier processes' lines included. */
  readonly tally: Readonly<Tally>;
  /** The same with the rows whose outcome is known and whose line waits for an older row's: how far the run is. */
  readonly heard: Readonly<Tally>;
  /**
   * Resolves when the line of `row` is on the disk.
   * @throws ReportWriteError once the report can't be written; `signal.reason` if aborted before.
   */
  waitUntilSynced(row: number, signal?: AbortSignal): Promise<void>;
  /**
   * Writes every line whose turn has come and closes the file. Outcomes that wait for an older row are dropped: their
   * jobs are still in the queue. Doesn't throw for a write error, which `onWriteError` has told.
   */
  close(): Promise<void>;
}

export interface ReporterOptions {
  report: OpenReport;
  /** How many rows beyond the last line on the disk may have an outcome: bounds the memory. */
  window: number;
  /** Called once, when the report can't be written any more: the run must stop. A ReportWriteError. */
  onWriteError: (error: Error) => void;
  /** Called with the rows whose lines have come to the disk, in their order. */
  onLines?: (rows: readonly ReportRow[]) => void;
}

interface Waiter {
  row: number;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/**
 * Milliseconds from the beginning of one sync to the next at least. A sync takes 0.3 to 0.5 ms of processor time: one for
 * each row, at 30 rows a second, was 5 % of all that a run took, and group commit alone, 600 syncs a second on a disk of
 * 1 ms, 10 % of a core at 2,000 rows a second. What has no line when the process is killed is in the queue still.
 * The window must be larger than the rows that are done in this time.
 */
const SYNC_INTERVAL = 100;

export function createReporter({ report, window, onWriteError, onLines }: ReporterOptions): Reporter {
  const { file, tally, steps } = report;
  const heard = structuredClone(tally);
  const reorder = createReorder<ReportRow>(report.lastRow, window);
  const waiters = new Set<Waiter>();
  let syncedRow = report.lastRow;
  let failure: Error | undefined;
  let closing: Promise<void> | undefined;
  let writing: Promise<void> | undefined;

  /** Group commit: what comes in while a batch is being synced is the next batch. */
  async function writeBatches(): Promise<void> {
    try {
      // Lets the outcomes of this turn of the event loop come in, so that a burst is one batch.
      await setImmediate();
      while (reorder.next < reorder.missing) {
        const began = performance.now();
        const rows = reorder.take();
        await file.append(rows.map((row) => formatReportRow(row, steps)).join(''));
        for (const row of rows) addToTally(tally, entryOfRow(row, steps));
        syncedRow += rows.length;
        releaseSynced();
        onLines?.(rows);
        await setTimeout(Math.max(0, began + SYNC_INTERVAL - performance.now()));
      }
    } catch (error) {
      fail(error instanceof Error ? error : new Error('the report could not be written', { cause: error }));
    } finally {
      writing = undefined;
    }
  }

  function releaseSynced(): void {
    for (const waiter of waiters) {
      if (waiter.row <= syncedRow) waiter.resolve();
    }
  }

  function fail(error: Error): void {
    failure = error;
    for (const waiter of waiters) waiter.reject(error);
    onWriteError(error);
  }

  async function close(): Promise<void> {
    await writing;
    for (const waiter of waiters) waiter.reject(closedBefore(waiter.row));
    await file.close();
  }

  return {
    get syncedRow() {
      return syncedRow;
    },
    get missingRow() {
      return reorder.missing;
    },
    tally,
    heard,
    put(row) {
      // An event may come late; what it tells is still in the queue, and the next process reads it there.
      if (failure !== undefined || closing !== undefined) return false;
      const added = reorder.put(row.row, row);
      if (added) addToTally(heard, entryOfRow(row, steps));
      if (added && reorder.next < reorder.missing) writing ??= writeBatches();
      return added;
    },
    missingUpTo: (last) => reorder.missingUpTo(last),
    async waitUntilSynced(row, signal) {
      signal?.throwIfAborted();
      if (row <= syncedRow) return;
      if (failure !== undefined) throw failure;
      if (closing !== undefined) throw closedBefore(row);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter = { row, resolve, reject };
      const abort = () => reject(signal?.reason);
      waiters.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
      try {
        await promise;
      } finally {
        waiters.delete(waiter);
        signal?.removeEventListener('abort', abort);
      }
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function closedBefore(row: number): Error {
  return new Error(`row ${row} can't be waited for: the report is closed`);
}
