import { MAX_RECORD_BYTES } from './limits.js';

/** Why a record cannot be read. Its line fails alone, and reading goes on with the line after it. */
export type SplitProblem = 'stray-quote' | 'text-after-quote' | 'unclosed-quote' | 'too-long';

/** One record that is not blank: bytes from `start` to `end`, without its line's end. */
export interface RecordSpan {
  start: number;
  end: number;
  /** The physical line on which it begins. */
  line: number;
  fields: number;
  problem: SplitProblem | undefined;
}

/** What is between two calls; at the start of a file `{ line: 1, skipping: false }`. */
export interface SplitState {
  line: number;
  /** Inside a bad line whose end has not been seen yet. */
  skipping: boolean;
}

export interface Split {
  records: RecordSpan[];
  /** Bytes that need not be given again. */
  consumed: number;
  state: SplitState;
}

interface Scan {
  end: number;
  fields: number;
  /** Line ends inside quotes. */
  newlines: number;
  problem: SplitProblem | undefined;
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/**
 * Finds where records begin and end, by RFC 4180 with LF, CRLF and CR each ending a line. csv-parse then reads the
 * fields, but the borders are found here because csv-parse, having met a bad quote, reads on inside it: all rows
 * up to the next fitting quote would be lost. Here a bad quote costs the one physical line on which its record began.
 *
 * Pure: what comes out depends on the bytes, not on how they were cut into calls. Bytes from `consumed` on are
 * given again with more behind them; there are never more of them than one record may have.
 *
 * @param final no bytes follow
 * @param atMost stop after as many records
 */
export function splitRecords(
  bytes: Buffer,
  delimiter: number,
  from: Readonly<SplitState>,
  final: boolean,
  atMost = Number.POSITIVE_INFINITY,
): Split {
  const records: RecordSpan[] = [];
  let { line, skipping } = from;
  let at = 0;
  while (at < bytes.length && records.length < atMost) {
    if (skipping) {
      const end = farLineEnd(bytes, at);
      const next = afterLineEnd(bytes, end, final);
      if (next === undefined) return { records, consumed: end, state: { line, skipping } };
      at = next;
      line++;
      skipping = false;
      continue;
    }
    const scan = scanRecord(bytes, at, delimiter, final);
    if (scan === undefined) break;
    if (scan.problem !== undefined) {
      scan.end = lineEnd(bytes, at);
      scan.newlines = 0;
    }
    const next = afterLineEnd(bytes, scan.end, final);
    if (next === undefined && !(scan.problem !== undefined && exceeds(bytes, at))) break;
    if (scan.end > at)
      records.push({ start: at, end: scan.end, line, fields: scan.fields, problem: scan.problem });
    if (next === undefined) return { records, consumed: scan.end, state: { line, skipping: true } };
    at = next;
    line += scan.newlines + 1;
  }
  return { records, consumed: at, state: { line, skipping } };
}

/** Whether more bytes are there than the record at `start` may have with its line's end. */
const exceeds = (bytes: Buffer, start: number): boolean => bytes.length >= start + MAX_RECORD_BYTES + 2;

/** Undefined when it takes more bytes to tell. */
function scanRecord(bytes: Buffer, start: number, delimiter: number, final: boolean): Scan | undefined {
  const tooMuch = exceeds(bytes, start);
  const limit = tooMuch ? start + MAX_RECORD_BYTES + 2 : bytes.length;
  let fields = 1;
  let newlines = 0;
  let fieldStart = start;
  let at = start;
  while (at < limit) {
    const byte = bytes[at];
    if (byte === delimiter) {
      fields++;
      fieldStart = ++at;
    } else if (byte === LF || byte === CR) {
      return { end: at, fields, newlines, problem: at - start > MAX_RECORD_BYTES ? 'too-long' : undefined };
    } else if (byte !== QUOTE) {
      at++;
    } else if (at !== fieldStart) {
      return { end: at, fields, newlines, problem: 'stray-quote' };
    } else {
      at++;
      let closed = false;
      while (at < limit && !closed) {
        const inside = bytes[at];
        if (inside === QUOTE) {
          if (at + 1 === limit && (tooMuch || !final)) break;
          if (bytes[at + 1] === QUOTE) at++;
          else closed = true;
        } else if (inside === CR || (inside === LF && bytes[at - 1] !== CR)) {
          newlines++;
        }
        at++;
      }
      if (!closed)
        return !tooMuch && !final ? undefined : { end: at, fields, newlines, problem: 'unclosed-quote' };
      const after = bytes[at];
      if (at < limit && after !== delimiter && after !== LF && after !== CR) {
        return { end: at, fields, newlines, problem: 'text-after-quote' };
      }
      // A quoted field has been closed, so that a quote that came now would not be at a field's start.
      fieldStart = -1;
    }
  }
  if (tooMuch) return { end: at, fields, newlines, problem: 'too-long' };
  return final ? { end: at, fields, newlines, problem: undefined } : undefined;
}

/** Where the physical line ends: at its LF or CR, or with the bytes. */
function lineEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === LF || bytes[at] === CR) return at;
  }
  return bytes.length;
}

/** As `lineEnd`, for lines so long that two native searches are faster. */
function farLineEnd(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from);
  const end = lf === -1 ? bytes.length : lf;
  const cr = bytes.subarray(from, end).indexOf(CR);
  return cr === -1 ? end : from + cr;
}

/** Where the next line begins; undefined when it takes more bytes to tell. */
function afterLineEnd(bytes: Buffer, end: number, final: boolean): number | undefined {
  if (end >= bytes.length) return final ? end : undefined;
  if (bytes[end] === LF) return end + 1;
  if (end + 1 >= bytes.length) return final ? end + 1 : undefined;
  return bytes[end + 1] === LF ? end + 2 : end + 1;
}
