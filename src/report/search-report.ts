import { open } from 'node:fs/promises';
import { parseReportLine } from './read-report.js';
import { type ReportRecord, stepsOfHeader } from './report-line.js';
import { cutWholeRecords } from './whole-records.js';

/** Bytes read at once; between two reads others have their turn. */
const CHUNK = 256 * 1024;

export interface Found {
  records: ReportRecord[];
  /** Whether there are more than these. */
  more: boolean;
}

/**
 * The rows of a report whose username has this text in it, in any case; `limit` of them at most. Only lines with the text are
 * parsed.
 */
export async function searchReport(
  path: string,
  text: string,
  { limit, signal }: { limit: number; signal: AbortSignal },
): Promise<Found> {
  const wanted = text.toLowerCase();
  // As CSV has it, a quote is two.
  const inLine = wanted.replaceAll('"', '""');
  const records: ReportRecord[] = [];
  const file = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let steps: ReturnType<typeof stepsOfHeader>;
    for (let position = 0; ;) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
      if (bytesRead === 0) return { records, more: false };
      position += bytesRead;
      const cut = cutWholeRecords(Buffer.concat([rest, buffer.subarray(0, bytesRead)]));
      rest = cut.rest;
      steps ??= stepsOfHeader(cut.records.shift() ?? '');
      for (const line of cut.records) {
        if (!line.toLowerCase().includes(inLine)) continue;
        const record = parseReportLine(line, steps ?? []);
        if (record === undefined || !record.username.toLowerCase().includes(wanted)) continue;
        if (records.length === limit) return { records, more: true };
        records.push(record);
      }
    }
  } finally {
    await file.close();
  }
}
