import { type OutcomeStatus, stepStatesOf } from '../outcome.js';
import { type Step, type StepState, STEPS, type StepStates } from '../steps.js';
import { type ReportRecord, type ReportRow, reportedError } from './report-line.js';

/** The counts of the rows that have a line in the report. */
export interface Tally {
  /** Lines; always the sum of `byStatus`. */
  rows: number;
  byStatus: Record<OutcomeStatus, number>;
  /** A Map, because an error's name comes from outside and may be `__proto__`. */
  byError: Map<string, number>;
  /** Calls sent for users, throttled ones apart. */
  calls: number;
  /** Calls that were answered with "slow down". The report has no column for them. */
  throttles: number;
  /** The earliest `startedAt`, ISO 8601; absent before the first call. */
  startedAt: string | undefined;
  /** The latest `finishedAt`, ISO 8601; absent before the first call. */
  finishedAt: string | undefined;
  /** For each step that was asked: of how many rows it is done. Empty in a plain run. */
  steps: StepCounts;
}

export type StepCounts = { [Name in Step]?: Record<StepState, number> | undefined };

/** What counts of one row, from an outcome or from its line in the report. */
export interface TallyEntry {
  status: OutcomeStatus;
  error?: string | undefined;
  attempts: number;
  throttles: number;
  startedAt?: string | undefined;
  finishedAt?: string | undefined;
  steps?: StepStates | undefined;
}

/** Kinds of error beyond these are counted together, so that forged names in the queue can't fill the memory. */
const ERROR_KINDS_LIMIT = 100;
const OTHER_ERRORS = 'OtherErrors';

export function emptyTally(): Tally {
  const byStatus = { succeeded: 0, failed: 0, skipped: 0, unprocessed: 0 };
  return {
    rows: 0,
    byStatus,
    byError: new Map(),
    calls: 0,
    throttles: 0,
    startedAt: undefined,
    finishedAt: undefined,
    steps: {},
  };
}

/** Adds one row to `tally`, in place: a million rows would otherwise be a million copies. */
export function addToTally(tally: Tally, entry: TallyEntry): void {
  tally.rows += 1;
  tally.byStatus[entry.status] += 1;
  tally.calls += entry.attempts;
  tally.throttles += entry.throttles;
  if (entry.error !== undefined) {
    const known = tally.byError.has(entry.error) || tally.byError.size < ERROR_KINDS_LIMIT;
    const kind = known ? entry.error : OTHER_ERRORS;
    tally.byError.set(kind, (tally.byError.get(kind) ?? 0) + 1);
  }
  if (entry.steps !== undefined) addSteps(tally.steps, entry.steps);
  // ISO 8601 in UTC with milliseconds sorts as text; anything else is no time.
  if (isTime(entry.startedAt) && entry.startedAt < (tally.startedAt ?? '~'))
    tally.startedAt = entry.startedAt;
  if (isTime(entry.finishedAt) && entry.finishedAt > (tally.finishedAt ?? ''))
    tally.finishedAt = entry.finishedAt;
}

function addSteps(counts: StepCounts, states: StepStates): void {
  for (const step of STEPS) {
    const state = states[step];
    if (state === undefined) continue;
    const count = (counts[step] ??= { yes: 0, no: 0, unknown: 0 });
    count[state] += 1;
  }
}

function isTime(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
}

/** What counts of a row whose outcome has come in. */
export function entryOfRow({ outcome }: ReportRow, steps: readonly Step[] = []): TallyEntry {
  const calls = 'calls' in outcome ? outcome.calls : undefined;
  return {
    status: outcome.status,
    error: reportedError(outcome),
    attempts: calls?.attempts ?? 0,
    throttles: calls?.throttles ?? 0,
    startedAt: calls?.startedAt,
    finishedAt: calls?.finishedAt,
    ...(steps.length === 0 ? {} : { steps: stepStatesOf(outcome, steps) }),
  };
}

/** What counts of a line read back from the report. */
export function entryOfRecord(record: ReportRecord): TallyEntry {
  return { ...record, throttles: 0 };
}

/** Errors by how often they came, the most frequent first; equals by name. */
export function errorsByCount(byError: Iterable<readonly [string, number]>): [string, number][] {
  return Array.from(byError, ([error, count]): [string, number] => [error, count]).sort(
    ([errorA, a], [errorB, b]) => b - a || (errorA < errorB ? -1 : 1),
  );
}
