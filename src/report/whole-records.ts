const NEWLINE = 0x0a;
const QUOTE = 0x22;

/** Bytes; one record longer than this is none of ours. Keeps a stray quote from pulling the file into memory. */
export const RECORD_LIMIT = 16 * 1024 * 1024;

/** CSV records cut out of a stream of bytes. */
export interface WholeRecords {
  /** Each with its newline. */
  records: string[];
  /** What follows the last of them, the beginning of the next record. */
  rest: Buffer;
}

/**
 * Cuts `chunk`, which begins where a record begins, after each record that is whole in it. A newline ends a record
 * when the quotes before it are even in number: true of every CSV whose quotes are doubled inside a field, and
 * also of any first part of one, so a torn record is never taken for a whole one.
 */
export function cutWholeRecords(chunk: Buffer): WholeRecords {
  const end = lastRecordEnd(chunk);
  const records: string[] = [];
  let begun = '';
  let inQuotes = false;
  // Decoded and split in one go, and lines inside quotes put together again: much faster than one by one.
  for (const line of chunk.toString('utf8', 0, end).split('\n')) {
    if (line.includes('"') && line.split('"').length % 2 === 0) inQuotes = !inQuotes;
    begun += `${line}\n`;
    if (inQuotes) continue;
    records.push(begun);
    begun = '';
  }
  records.pop(); // What split gives after the last newline: nothing.
  return { records, rest: chunk.subarray(end) };
}

function lastRecordEnd(chunk: Buffer): number {
  if (!chunk.includes(QUOTE)) return chunk.lastIndexOf(NEWLINE) + 1;
  let end = 0;
  let inQuotes = false;
  for (let at = 0; at < chunk.length; at += 1) {
    if (chunk[at] === QUOTE) inQuotes = !inQuotes;
    else if (chunk[at] === NEWLINE && !inQuotes) end = at + 1;
  }
  return end;
}
