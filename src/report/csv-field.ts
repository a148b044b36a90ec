import { spreadsheetField } from './spreadsheet-field.js';

/** Text as a field of a CSV for people: no spreadsheet runs it, and `plainField` of what a parser reads gives it back. */
export function csvField(text: string): string {
  return quoted(spreadsheetField(text));
}

/** By hand: csv-stringify took several times as long for a line, measured, and a test holds this to csv-parse. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
