import { UsageError } from '../usage-error.js';
import { columnsCalled, usernameCandidates } from './columns.js';
import { readFields } from './fields.js';
import { printable } from './printable.js';
import { type RecordSpan, splitRecords } from './split.js';

const COMMA = 0x2c;
/** Semicolon: spreadsheets where the comma is the decimal sign. Tab: what is copied out of them. */
const OTHERS = [0x3b, 0x09];

/**
 * The byte that `--delimiter` means; `\t` and `tab` mean the tab, since few can type one.
 *
 * @throws {UsageError} unless it is one ASCII character that means nothing else in a CSV
 */
export function delimiterByte(wanted: string): number {
  const character = wanted === '\\t' || wanted.toLowerCase() === 'tab' ? '\t' : wanted;
  if (/^[\t\x20-\x7e]$/.test(character) && !/["A-Za-z0-9]/.test(character)) return character.charCodeAt(0);
  throw new UsageError(
    `--delimiter ${printable(wanted)}: give one ASCII character, such as , or ; or | or \\t, that is no quote, letter or digit`,
  );
}

/** The comma, unless the header makes sense only when it is split at another: then a username column is found. */
export function delimiterByHeader(text: Buffer, whole: boolean, column: string | undefined): number {
  let best = COMMA;
  let bestScore = 0;
  for (const delimiter of [COMMA, ...OTHERS]) {
    const [span] = splitRecords(text, delimiter, { line: 1, skipping: false }, whole, 1).records;
    if (span === undefined || span.problem !== undefined) continue;
    const [header = []] = readFields([text.subarray(span.start, span.end)], delimiter);
    const found = column === undefined ? usernameCandidates(header) : columnsCalled(header, column);
    const score = found.length === 1 ? 3 : found.length > 1 ? 2 : header.length > 1 ? 1 : 0;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

/** Without a header: the comma, unless no row is split by it and another splits all of them alike. A username may hold a semicolon. */
export function delimiterByRows(text: Buffer, whole: boolean): number {
  const rows = (delimiter: number): RecordSpan[] =>
    splitRecords(text, delimiter, { line: 1, skipping: false }, whole, 1000).records;
  if (rows(COMMA).some(({ fields }) => fields > 1)) return COMMA;
  const splitsAlike = (delimiter: number): boolean => {
    const [first, ...rest] = rows(delimiter);
    return first !== undefined && first.fields > 1 && rest.every(({ fields }) => fields === first.fields);
  };
  return OTHERS.find(splitsAlike) ?? COMMA;
}
