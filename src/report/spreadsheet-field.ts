/**
 * A spreadsheet that opens a CSV runs a cell as a formula if it begins with `= + - @`, their full-width forms, or one of
 * these after a tab, a line break, a NUL or blanks that it drops
 * (OWASP "CSV Injection"; ASVS 1.2.10; csv-stringify's `escape_formulas` lists the full-width forms).
 *
 * CSV quotes don't help where the spreadsheet's separator isn't ours: an Excel whose locale separates with `;`
 * reads `1,2,"x;=cmd|'/c calc'!A1;y"` as three cells, because a quote inside a cell is an ordinary character
 * to it; and so with tabs and line breaks. So a cell may begin at the field's start and after each of these.
 */
const CELL_START = '(?<=^|[;\\t\\r\\n])';
// Blanks without the characters that begin a cell themselves, or a field of a million newlines would take hours.
const TRIGGER = "(?:[^\\S\\t\\r\\n]|[\\0\\p{Cf}])*['=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]";
const DANGEROUS_CELL = new RegExp(`${CELL_START}(?=${TRIGGER})|^(?=[\\t\\r\\n\\0])`, 'gu');
const ADDED_APOSTROPHE = new RegExp(`${CELL_START}'`, 'g');

/** Nearly every field: one cell that begins with a letter or digit. Saves the slow pattern. */
const HARMLESS = /^[A-Za-z0-9][^;\t\r\n]*$/;

/**
 * `text` as a spreadsheet will show it and not run it: an apostrophe before each cell that could be a formula, and
 * before each that begins with an apostrophe itself, so that `plainField` gives `text` back exactly.
 */
export function spreadsheetField(text: string): string {
  if (text === '' || HARMLESS.test(text)) return text;
  return text.replace(DANGEROUS_CELL, "'");
}

/**
 * The inverse of `spreadsheetField`: drops the apostrophe at the field's start, and the ones right after `;`, a tab
 * or a line break. For whoever reads report.csv by program: apply it to `username`, `error`, `message`, `request_id`.
 */
export function plainField(field: string): string {
  return field.includes("'") ? field.replace(ADDED_APOSTROPHE, '') : field;
}
