import { dirname } from 'node:path';
import { OUTCOME_STATUSES } from '../outcome.js';
import { withCommas } from '../with-commas.js';
import { duration } from './duration.js';
import { errorHint } from './error-hints.js';
import type { Summary } from './summary.js';
import { STEPS } from '../steps.js';
import { errorsByCount, type StepCounts } from './tally.js';
import { escapeForTerminal } from './terminal-text.js';

/** The screen is for what matters; the rest is in summary.json. */
const ERRORS_SHOWN = 12;
const ERROR_WIDTH = 64;
const RULE = '─'.repeat(33);

/** Where a run has left its files. */
export interface SummaryFiles {
  report: string;
  /** report.html. */
  page: string;
  /** Rows that `retry` takes up. */
  toRetry: number;
  /** failed.csv, if there are rows to run again. */
  failed?: string | undefined;
  /** The encrypted passwords, if they were handed out. */
  credentials?: string | undefined;
}

/** The end of a run in plain text of at most 80 columns, paths apart. Ends with a newline. */
export function summaryTable(summary: Summary, files: SummaryFiles): string {
  const blocks = [statusBlock(summary), stepBlock(summary), errorBlock(summary), factBlock(summary, files)];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function statusBlock({ rows, byStatus }: Summary): string[] {
  const lines = OUTCOME_STATUSES.map((status) => {
    const share = rows === 0 ? '' : `${((byStatus[status] / rows) * 100).toFixed(1)} %`;
    return `  ${status.padEnd(12)}${number(byStatus[status]).padStart(11)}${share.padStart(10)}`;
  });
  return [...lines, `  ${RULE}`, `  ${'rows'.padEnd(12)}${number(rows).padStart(11)}`];
}

function stepBlock({ steps }: Summary): string[] {
  return steps === undefined ? [] : stepLines(steps);
}

/** Of how many rows each step is done: of all rows, as a password may be set where the sign-out failed. */
export function stepLines(steps: StepCounts): string[] {
  return STEPS.flatMap((step) => {
    const counts = steps[step];
    if (counts === undefined) return [];
    const doubt = counts.unknown === 0 ? '' : `  and ${number(counts.unknown)} unknown`;
    return [`  ${step.replaceAll('_', ' ').padEnd(12)}${number(counts.yes).padStart(11)}${doubt}`];
  });
}

function errorBlock({ byError }: Summary): string[] {
  const errors = errorsByCount(Object.entries(byError));
  if (errors.length === 0) return [];
  const lines = errors.slice(0, ERRORS_SHOWN).flatMap(([error, count]) => {
    const hint = errorHint(error);
    const name = escapeForTerminal(error).slice(0, ERROR_WIDTH);
    return [
      `${number(count).padStart(11)}  ${name}`,
      ...(hint === undefined ? [] : [`${' '.repeat(13)}${hint}`]),
    ];
  });
  const others = errors.slice(ERRORS_SHOWN);
  const rest = others.reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0) lines.push(`${number(rest).padStart(11)}  of ${others.length} other kinds: see summary.json`);
  return ['  Errors', ...lines];
}

function factBlock(summary: Summary, files: SummaryFiles): string[] {
  const { calls, rate, throttles, startedAt, finishedAt, cancelledAt } = summary;
  const facts: [string, string][] = [];
  if (startedAt !== undefined && finishedAt !== undefined) {
    const seconds = Math.max(0, Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000));
    facts.push(['Time', `${duration(seconds)}, ${clock(startedAt)} to ${clock(finishedAt)} UTC`]);
  }
  if (cancelledAt !== undefined) facts.push(['Cancelled', `${clock(cancelledAt)} UTC`]);
  facts.push(['Calls', `${number(calls)}${rate === undefined ? '' : `, ${number(rate)} a second`}`]);
  facts.push([
    'Throttled',
    throttles === 1 ? 'once' : throttles === 0 ? 'never' : `${number(throttles)} times`,
  ]);
  facts.push(['Report', escapeForTerminal(files.report)]);
  facts.push(['To look at', escapeForTerminal(files.page)]);
  if (files.toRetry > 0) {
    const rows = files.toRetry === 1 ? '1 row' : `${number(files.toRetry)} rows`;
    const directory = escapeForTerminal(dirname(files.report));
    facts.push(['Retry', `${rows}: cognito-bulk-reset retry ${directory}`]);
  }
  if (summary.steps?.disabled !== undefined) {
    facts.push(['Undo', `cognito-bulk-reset enable ${escapeForTerminal(dirname(files.report))}`]);
  }
  if (files.credentials !== undefined) facts.push(['Passwords', escapeForTerminal(files.credentials)]);
  if (files.failed !== undefined) facts.push(['To run again', escapeForTerminal(files.failed)]);
  // Last, so that whoever keeps only the end of the output can tell later whether the report is still the same.
  facts.push(['Report sha256', summary.reportSha256]);
  return facts.map(([name, value]) => `  ${name.padEnd(14)}${value}`);
}

function number(value: number): string {
  return withCommas(value, 1);
}

function clock(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}
