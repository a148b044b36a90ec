import { OUTCOME_STATUSES, type Outcome, type OutcomeStatus } from '../outcome.js';
import { csvField } from './csv-field.js';
import { plainField } from './spreadsheet-field.js';
import { escapeForTerminal } from './terminal-text.js';

/** What the report says of one data row of the manifest. */
export interface ReportRow {
  /** Counts data rows from 1. */
  row: number;
  /** The line of the file where the row begins, from 1. */
  line: number;
  /** As the file has it, unchanged. */
  username: string;
  outcome: Outcome;
}

export const REPORT_COLUMNS = [
  'row',
  'line',
  'username',
  'status',
  'error',
  'message',
  'attempts',
  'request_id',
  'started_at',
  'finished_at',
] as const;

/** The report's first line, with its newline. */
export const REPORT_HEADER = `${REPORT_COLUMNS.join(',')}\n`;

/** Characters; the service's own messages are far shorter, but the queue may be somebody else's. */
const MESSAGE_LIMIT = 500;
const WORD_LIMIT = 128;

/**
 * The line of report.csv for `row`, with its newline. The username is kept to the last character, so it may
 * span lines inside its quotes; all other text is one line of bounded length.
 */
export function formatReportRow({ row, line, username, outcome }: ReportRow): string {
  const failure = outcome.status === 'succeeded' ? undefined : outcome;
  const calls = 'calls' in outcome ? outcome.calls : undefined;
  return (
    `${row},${line},${field(username)},${outcome.status},` +
    `${field(reportedError(outcome))},${oneLine(failure?.message, MESSAGE_LIMIT)},` +
    `${calls?.attempts ?? 0},${oneLine(calls?.requestId, WORD_LIMIT)},` +
    `${oneLine(calls?.startedAt, WORD_LIMIT)},${oneLine(calls?.finishedAt, WORD_LIMIT)}\n`
  );
}

/** The error's name as the report has it: one line of bounded length. `undefined` for a success. */
export function reportedError(outcome: Outcome): string | undefined {
  if (outcome.status === 'succeeded' || outcome.error === '') return undefined;
  return bounded(outcome.error, WORD_LIMIT);
}

function oneLine(text: string | undefined, limit: number): string {
  return text === undefined ? '' : field(bounded(text, limit));
}

function bounded(text: string, limit: number): string {
  // Cut before escaping, so that a huge text costs nothing; not inside a surrogate pair.
  const cut = text.length > limit ? `${text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
  return escapeForTerminal(cut);
}

function field(text: string | undefined): string {
  return text === undefined ? '' : csvField(text);
}

/**
 * A line of the report, read back. Less than the outcome it was written from: the report doesn't keep
 * how often a row was throttled, nor whether its failure was retryable.
 */
export interface ReportRecord {
  row: number;
  line: number;
  username: string;
  status: OutcomeStatus;
  error: string | undefined;
  message: string;
  attempts: number;
  requestId: string | undefined;
  startedAt: string | undefined;
  finishedAt: string | undefined;
}

/**
 * Reads one record of report.csv back, its fields in the columns' order as a CSV parser gives them; `undefined`
 * if it isn't one. By hand: with a zod tuple a resume of a million rows took 8 s, measured, most of it in zod.
 */
export function parseReportRecord(fields: readonly string[]): ReportRecord | undefined {
  const [row, line, username, status, error, message, attempts, requestId, startedAt, finishedAt] = fields;
  if (fields.length !== REPORT_COLUMNS.length || !isCount(row) || !isCount(line) || !isCount(attempts))
    return undefined;
  if (username === undefined || !isStatus(status)) return undefined;
  return {
    row: Number(row),
    line: Number(line),
    username: plainField(username),
    status,
    error: plainText(error),
    message: plainText(message) ?? '',
    attempts: Number(attempts),
    requestId: plainText(requestId),
    startedAt: plainText(startedAt),
    finishedAt: plainText(finishedAt),
  };
}

function isCount(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,15}$/.test(text);
}

function isStatus(text: string | undefined): text is OutcomeStatus {
  return OUTCOME_STATUSES.some((status) => status === text);
}

function plainText(field: string | undefined): string | undefined {
  return field === undefined || field === '' ? undefined : plainField(field);
}
