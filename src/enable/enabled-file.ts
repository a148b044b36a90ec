import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { csvField } from '../report/csv-field.js';
import { errorCode, ReportWriteError } from '../report/report-write-error.js';
import { cutWholeRecords } from '../report/whole-records.js';
import { UsageError } from '../usage-error.js';

const ENABLE_RESULTS = ['enabled', 'left-disabled', 'failed'] as const;
export type EnableResult = (typeof ENABLE_RESULTS)[number];

/** One line of enabled.csv. A row that failed has another when it is tried again: its last one counts. */
export interface EnabledLine {
  row: number;
  line: number;
  username: string;
  result: EnableResult;
  error?: string;
  message?: string;
  requestId?: string | undefined;
}

const ENABLED_HEADER = 'row,line,username,result,error,message,request_id,at\n';
const RESULT = ENABLED_HEADER.split(',').indexOf('result');
const CHUNK = 128 * 1024;
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
const OWNER_ONLY = 0o600;
const GO_ON = 'run the same command again: it goes on';

/** The last result of each row; undefined for one that was not tried. */
export type EnabledRows = ReadonlyMap<number, EnableResult>;

export interface EnabledFile {
  /** What earlier tries came to. */
  before: EnabledRows;
  /** Appends lines and waits until they are on the disk. @throws ReportWriteError */
  append(lines: readonly EnabledLine[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens enabled.csv to go on with it, or makes it (0600); a last line that a crash has torn is cut off. */
export async function openEnabledFile(path: string): Promise<EnabledFile> {
  const file = await open(path, APPEND, OWNER_ONLY).catch((error: unknown) => {
    throw new ReportWriteError(path, error, GO_ON);
  });
  const write = async (text: string) => {
    try {
      await file.appendFile(text);
      await file.datasync();
    } catch (error) {
      throw new ReportWriteError(path, error, GO_ON);
    }
  };
  try {
    const { rows, size } = await readThrough(file, path);
    await file.truncate(size);
    if (size === 0) await write(ENABLED_HEADER);
    return {
      before: rows,
      append: (lines) => write(lines.map(textOf).join('')),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The rows of an enabled.csv; none if there is no such file. @throws UsageError if it is none of this program's */
export async function readEnabledRows(path: string): Promise<EnabledRows> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return new Map();
  try {
    return (await readThrough(file, path)).rows;
  } finally {
    await file.close();
  }
}

async function readThrough(file: FileHandle, path: string) {
  const rows = new Map<number, EnableResult>();
  let rest: Buffer = Buffer.alloc(0);
  let size = 0;
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return { rows, size };
    position += bytesRead;
    const cut = cutWholeRecords(Buffer.concat([rest, buffer.subarray(0, bytesRead)]));
    rest = cut.rest;
    if (size === 0 && cut.records.length > 0 && cut.records.shift() !== ENABLED_HEADER) throw notOurs(path);
    for (const record of cut.records) {
      const [fields = []]: string[][] = parse(record, { relax_column_count: true });
      const result = ENABLE_RESULTS.find((one) => one === fields[RESULT]);
      if (result === undefined) throw notOurs(path);
      rows.set(Number(fields[0]), result);
    }
    size = position - rest.length;
  }
}

function notOurs(path: string): UsageError {
  return new UsageError(
    `${path} is not as this program wrote it: move it away, and all users are enabled again.`,
  );
}

function textOf({
  row,
  line,
  username,
  result,
  error = '',
  message = '',
  requestId = '',
}: EnabledLine): string {
  const fields = [username, result, error, message, requestId, new Date().toISOString()];
  return `${row},${line},${fields.map(csvField).join(',')}\n`;
}
