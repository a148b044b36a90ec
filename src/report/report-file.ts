import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../usage-error.js';
import { syncDirectory } from './atomic-file.js';
import type { Step } from '../steps.js';
import { anotherHeader, EditedReportError, readReport } from './read-report.js';
import { reportHeader } from './report-line.js';
import { errorCode, ReportWriteError } from './report-write-error.js';
import { addToTally, emptyTally, entryOfRecord, type Tally } from './tally.js';
import { escapeForTerminal } from './terminal-text.js';

/** report.csv, open for appending. It only grows, and ends in a whole line whenever nothing is being written. */
export interface ReportFile {
  /**
   * Appends whole lines and waits until they are on the disk (fdatasync). One call at a time.
   * @throws ReportWriteError, after cutting off what was written of `lines`, if that is still possible.
   * Nothing can be appended after that: a disk that failed a sync can't be trusted with another.
   */
  append(lines: string): Promise<void>;
  close(): Promise<void>;
}

/** An open report, and what is in it. */
export interface OpenReport {
  file: ReportFile;
  /** The last row that has a line; 0 for none. */
  lastRow: number;
  tally: Tally;
  /** Whose columns it has; none in a plain run. */
  steps: readonly Step[];
}

/** A link is not followed. Opened for reading too, a FIFO doesn't wait for its other end. */
const SAFE_APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW;
const OWNER_ONLY = 0o600;

/**
 * Makes a new report with its header, on the disk when this resolves.
 * @throws UsageError if something is there already. ReportWriteError if it can't be written.
 */
export async function createReport(path: string, steps: readonly Step[] = []): Promise<OpenReport> {
  const handle = await openSafely(path, SAFE_APPEND | constants.O_CREAT | constants.O_EXCL);
  return closingOnError(handle, async () => {
    const file = appendTo(handle, path, 0);
    await file.append(reportHeader(steps));
    await syncDirectory(dirname(path)).catch((error: unknown) => {
      throw new ReportWriteError(path, error);
    });
    return { file, lastRow: 0, tally: emptyTally(), steps };
  });
}

/**
 * Opens the report of an earlier process, reads it through and cuts off a last line that a crash has torn.
 * No byte of a whole line is changed. The tally has no throttles: the report doesn't keep them.
 * @throws UsageError if it is missing, a link or no regular file, or not the lines 1 to n of a report.
 * ReportWriteError if it can't be written.
 */
export async function resumeReport(path: string, steps: readonly Step[] = []): Promise<OpenReport> {
  const handle = await openSafely(path, SAFE_APPEND);
  return closingOnError(handle, async () => {
    const stat = await handle.stat();
    if (!stat.isFile()) throw notRegular(path);
    const tally = emptyTally();
    let size = 0;
    try {
      for await (const part of readReport(handle, path)) {
        if (reportHeader(part.steps) !== reportHeader(steps)) throw anotherHeader(path);
        for (const record of part.records) addToTally(tally, entryOfRecord(record));
        size = part.size;
      }
    } catch (error) {
      throw error instanceof EditedReportError ? orCutOff(error) : error;
    }
    if (size < stat.size) await cutOff(handle, path, size);
    const file = appendTo(handle, path, size);
    if (size === 0) await file.append(reportHeader(steps));
    return { file, lastRow: tally.rows, tally, steps };
  });
}

/** Opens a report to read it only. @throws UsageError if it is missing, a link or no regular file. */
export async function openReportToRead(path: string): Promise<FileHandle> {
  const handle = await openSafely(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  return closingOnError(handle, async () => {
    if (!(await handle.stat()).isFile()) throw notRegular(path);
    return handle;
  });
}

/** To go on, the lines before the wrong one are enough. */
function orCutOff(error: EditedReportError): UsageError {
  return new UsageError(
    `${error.message} Or cut it off before that line: then the rows from there on are done again.`,
    { cause: error },
  );
}

function notRegular(path: string): UsageError {
  return new UsageError(`${escapeForTerminal(path)} is not a regular file.`);
}

function appendTo(handle: FileHandle, path: string, size: number): ReportFile {
  let synced = size;
  let failed = false;
  return {
    async append(lines) {
      if (failed) throw new Error(`${path} failed to be written before`);
      const bytes = Buffer.from(lines);
      try {
        await handle.appendFile(bytes);
        await handle.datasync();
      } catch (error) {
        failed = true;
        await cutOff(handle, path, synced).catch(() => undefined);
        throw new ReportWriteError(path, error);
      }
      synced += bytes.length;
    },
    close: () => handle.close(),
  };
}

async function cutOff(handle: FileHandle, path: string, size: number): Promise<void> {
  try {
    await handle.truncate(size);
    await handle.datasync();
  } catch (error) {
    throw new ReportWriteError(path, error);
  }
}

async function openSafely(path: string, flags: number): Promise<FileHandle> {
  try {
    return await open(path, flags, OWNER_ONLY);
  } catch (error) {
    const refusal = REFUSALS[errorCode(error) ?? ''];
    if (refusal === undefined) throw new ReportWriteError(path, error);
    throw new UsageError(`${escapeForTerminal(path)} ${refusal}`, { cause: error });
  }
}

const REFUSALS: Record<string, string> = {
  EEXIST: 'exists already: resume the run that made it, or choose another directory.',
  ELOOP: 'is a symbolic link, which could lead the report astray: put the file itself there.',
  ENOENT: 'does not exist: is this the directory of a run?',
  EISDIR: 'is a directory, not a report.',
  ENXIO: 'is not a regular file.',
};

async function closingOnError<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await handle.close();
    throw error;
  }
}
