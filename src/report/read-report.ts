import { type FileHandle, open } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { UsageError } from '../usage-error.js';
import { type Step, stepsAsked } from '../steps.js';
import { parseReportRecord, reportHeader, type ReportRecord, stepsOfHeader } from './report-line.js';
import { escapeForTerminal } from './terminal-text.js';
import { cutWholeRecords, RECORD_LIMIT } from './whole-records.js';

/** Bytes; larger ones were no faster and took more memory. */
const CHUNK = 128 * 1024;

/** A stretch of the report, read and checked. */
export interface ReportPart {
  records: ReportRecord[];
  /** Whose columns the report has. */
  steps: readonly Step[];
  /** The same as they stand in the file, each with its newline. */
  lines: string[];
  /** The bytes of the file up to the end of these records. */
  size: number;
}

/**
 * Streams a report from its first byte, in parts, and checks that it has this program's header and the rows
 * 1 to n without a gap. What follows the last whole line, torn by a crash, is left out: the last part's
 * `size` says where it begins. No part for a file without a whole header.
 *
 * @param more asked at the end of the file: whether something was written since, of a report that is being written
 * @throws EditedReportError that names the line where the file is not such a report.
 */
export async function* readReport(
  file: FileHandle,
  path: string,
  more: () => Promise<boolean> = async () => false,
): AsyncGenerator<ReportPart> {
  let size = 0;
  let line = 1;
  let row = 0;
  let steps: readonly Step[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) {
      if (await more()) continue;
      break;
    }
    position += bytesRead;
    const cut = cutWholeRecords(Buffer.concat([rest, buffer.subarray(0, bytesRead)]));
    rest = cut.rest;
    if (rest.length > RECORD_LIMIT) throw notAReport(path, line, 'a quote is opened and not closed');
    if (cut.records.length === 0) continue;

    if (size === 0) {
      const found = stepsOfHeader(cut.records.shift() ?? '');
      if (found === undefined) throw anotherHeader(path);
      steps = found;
    }
    line += size === 0 ? 1 : 0;
    const records = parseRecords(cut.records, steps);
    for (const [index, text] of cut.records.entries()) {
      const record = records[index];
      if (record === undefined) throw notAReport(path, line, 'this is no line of a report');
      row += 1;
      if (record.row !== row)
        throw notAReport(path, line, `row ${row} is expected here, not row ${record.row}`);
      line += text.includes('"') ? text.split('\n').length - 1 : 1;
    }
    size = position - rest.length;
    yield { records: records.filter((record) => record !== undefined), steps, lines: cut.records, size };
  }
  checkTorn(path, rest.toString('utf8'), line, row, size === 0);
}

/** The first `count` such records of a report; fewer if it has no more. @throws EditedReportError as `readReport` does */
export async function readFirstRecords(
  path: string,
  count: number,
  isSuch: (record: ReportRecord) => boolean,
): Promise<ReportRecord[]> {
  const file = await open(path, 'r');
  try {
    const first: ReportRecord[] = [];
    for await (const { records } of readReport(file, path)) {
      first.push(...records.filter(isSuch).slice(0, count - first.length));
      if (first.length >= count) break;
    }
    return first;
  } finally {
    await file.close();
  }
}

/** The records of `lines`, `undefined` for what isn't one. csv-parse sees only lines with quotes: the others need no parser, and it takes 8 s for a million. */
function parseRecords(lines: readonly string[], steps: readonly Step[]): (ReportRecord | undefined)[] {
  return lines.map((line) =>
    parseReportRecord(line.includes('"') ? parseQuoted(line) : line.slice(0, -1).split(','), steps),
  );
}

function parseQuoted(line: string): string[] {
  try {
    const records: string[][] = parse(line, { record_delimiter: '\n' });
    return records.length === 1 ? (records[0] ?? []) : [];
  } catch {
    return [];
  }
}

/** What a crash can leave is the beginning of one line. Anything else was there before, and isn't ours to cut off. */
function checkTorn(path: string, torn: string, line: number, row: number, inHeader: boolean): void {
  if (inHeader && !HEADERS.some((header) => header.startsWith(torn))) throw anotherHeader(path);
  if (torn.includes(`\n${row + 2},`)) throw notAReport(path, line, 'a quote is opened and not closed');
}

const HEADERS = [true, false].map((disable) => reportHeader(stepsAsked({ disable, signOut: true })));

/** A report that no run has left so: whoever only reads it can have it put back, and who goes on with it can cut it off too. */
export class EditedReportError extends UsageError {}

/** A report that is of another kind of run, or of none. */
export function anotherHeader(path: string): EditedReportError {
  return notAReport(path, 1, 'its header is another');
}

function notAReport(path: string, line: number, reason: string): EditedReportError {
  return new EditedReportError(
    `${escapeForTerminal(path)} is not as a run leaves it: line ${line}: ${reason}. Was it edited? Put it back as it was.`,
  );
}
