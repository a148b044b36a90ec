import { OUTCOME_STATUSES } from '../outcome.js';
import type { ReportRecord } from '../report/report-line.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import type { CanaryResult } from '../run/canary.js';
import { withCommas } from '../with-commas.js';
import { counted } from './words.js';

/** More than these don't fit on a screen with the question. */
const ROWS_SHOWN = 15;
const USERNAME_WIDTH = 30;
const ERROR_WIDTH = 36;

/** The outcomes of the first rows that were tried as a table of at most 80 columns, those that did not succeed before all others. */
export function canaryScreen({ records, message, failed }: CanaryResult): string {
  const shown = [...records]
    .sort((a, b) => Number(a.status === 'succeeded') - Number(b.status === 'succeeded'))
    .slice(0, ROWS_SHOWN)
    .sort((a, b) => a.row - b.row);
  const more = records.length - shown.length;
  const lines = [
    '',
    `  ${'row'.padStart(6)}  ${'username'.padEnd(USERNAME_WIDTH)}  status`,
    ...shown.map(line),
    ...(more > 0 ? [`          and ${withCommas(more)} more, in report.csv`] : []),
    '',
    `  ${counts(records)}`,
    ...notTried(records),
    ...(failed > 0 ? [`  ${escapeForTerminal(message)}`] : []),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function line({ row, username, status, error }: ReportRecord): string {
  const name = cut(escapeForTerminal(username), USERNAME_WIDTH).padEnd(USERNAME_WIDTH);
  const why = error === undefined ? '' : `  ${cut(escapeForTerminal(error), ERROR_WIDTH)}`;
  return `  ${withCommas(row).padStart(6)}  ${name}  ${status}${why}`;
}

/** Who looks for the first rows of the file finds these missing. */
function notTried(records: readonly ReportRecord[]): string[] {
  const rows = (records.at(-1)?.row ?? 0) - records.length;
  return rows === 0 ? [] : [`  ${counted(rows, 'row')} on the way not tried, see report.csv`];
}

function counts(records: readonly ReportRecord[]): string {
  return OUTCOME_STATUSES.map((status) => ({
    status,
    number: records.filter((record) => record.status === status).length,
  }))
    .filter(({ number }) => number > 0)
    .map(({ status, number }) => `${withCommas(number)} ${status}`)
    .join(', ');
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
