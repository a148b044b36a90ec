import { OUTCOME_STATUSES, type Outcome, type OutcomeStatus, stepStatesOf } from '../outcome.js';
import { STEP_STATES, type Step, STEPS, type StepState, type StepStates } from '../steps.js';
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

const REPORT_COLUMNS = [
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

/** The first line of a report with these steps as its last columns, with its newline. */
export function reportHeader(steps: readonly Step[]): string {
  return `${[...REPORT_COLUMNS, ...steps].join(',')}\n`;
}

/** The first line of a plain run's report. */
export const REPORT_HEADER = reportHeader([]);

/** By its first line, which steps a report has columns of; undefined if it is none of this program's. */
export function stepsOfHeader(header: string): readonly Step[] | undefined {
  if (header === REPORT_HEADER) return [];
  const steps = STEPS.filter((step) => header.includes(`,${step}`));
  return header === reportHeader(steps) ? steps : undefined;
}

/** Characters; the service's own messages are far shorter, but the queue may be somebody else's. */
const MESSAGE_LIMIT = 500;
const WORD_LIMIT = 128;

/**
 * The line of report.csv for `row`, with its newline. The username is kept to the last character, so it may
 * span lines inside its quotes; all other text is one line of bounded length.
 *
 * @param steps whose columns the report has; none in a plain run
 */
export function formatReportRow(
  { row, line, username, outcome }: ReportRow,
  steps: readonly Step[] = [],
): string {
  const states = stepStatesOf(outcome, steps);
  const failure = outcome.status === 'succeeded' ? undefined : outcome;
  const calls = 'calls' in outcome ? outcome.calls : undefined;
  return (
    `${row},${line},${field(username)},${outcome.status},` +
    `${field(reportedError(outcome))},${oneLine(failure?.message, MESSAGE_LIMIT)},` +
    `${calls?.attempts ?? 0},${oneLine(calls?.requestId, WORD_LIMIT)},` +
    `${oneLine(calls?.startedAt, WORD_LIMIT)},${oneLine(calls?.finishedAt, WORD_LIMIT)}` +
    `${steps.map((step) => `,${states[step]}`).join('')}\n`
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
 * how often a row was throttled.
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
  /** Which of the steps are done, of a run that was asked for more than passwords. */
  steps: StepStates | undefined;
}

/**
 * Reads one record of report.csv back, its fields in the columns' order as a CSV parser gives them; `undefined`
 * if it isn't one. By hand: with a zod tuple a resume of a million rows took 8 s, measured, most of it in zod.
 */
export function parseReportRecord(
  fields: readonly string[],
  steps: readonly Step[] = [],
): ReportRecord | undefined {
  const [row, line, username, status, error, message, attempts, requestId, startedAt, finishedAt] = fields;
  if (
    fields.length !== REPORT_COLUMNS.length + steps.length ||
    !isCount(row) ||
    !isCount(line) ||
    !isCount(attempts)
  )
    return undefined;
  if (username === undefined || !isStatus(status)) return undefined;
  const states = steps.length === 0 ? undefined : statesIn(fields, steps);
  if (states === 'malformed') return undefined;
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
    steps: states,
  };
}

function statesIn(fields: readonly string[], steps: readonly Step[]): StepStates | 'malformed' {
  const states: StepStates = {};
  for (const [index, step] of steps.entries()) {
    const state = fields[REPORT_COLUMNS.length + index];
    if (!isState(state)) return 'malformed';
    states[step] = state;
  }
  return states;
}

function isState(text: string | undefined): text is StepState {
  return STEP_STATES.some((state) => state === text);
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
