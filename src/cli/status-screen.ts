import { OUTCOME_STATUSES } from '../outcome.js';
import { stepLines } from '../report/summary-table.js';
import { errorsByCount, type StepCounts } from '../report/tally.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import type { Snapshot } from '../run/snapshot.js';
import { endOf, type Standing } from '../run/standing.js';
import { withCommas } from '../with-commas.js';
import { indented } from './text-block.js';
import { clockTime, roughly } from './words.js';

const ERRORS_SHOWN = 5;

/** How a run stands, in at most 80 columns (paths apart): what it is, where it is, what came of it, what to do next. */
export function statusScreen(standing: Standing, path: string, now: Date): string {
  const { record } = standing;
  const facts: [string, string][] = [
    ['Run', record.id],
    ['State', stateOf(standing, now)],
    ...reasonOf(standing),
    ['User pool', `${record.pool.name} (${record.pool.id})`],
    ...keyOf(standing),
    ['Began', `${minuteOf(record.createdAt)}, ${record.mode}`],
    ...progressOf(standing, now),
  ];
  const lines = facts.map(([name, text]) => `  ${name.padEnd(12)}${indented(text, 14).trimStart()}`);
  const { byStatus, byError, steps } = countsOf(standing);
  const counts = OUTCOME_STATUSES.map(
    (status) => `  ${status.padEnd(12)}${withCommas(byStatus[status]).padStart(11)}`,
  );
  const errors = errorsByCount(byError)
    .slice(0, ERRORS_SHOWN)
    .map(
      ([error, times]) => `  ${' '.repeat(12)}${withCommas(times).padStart(11)}  ${escapeForTerminal(error)}`,
    );
  // Of skipped rows too: so not under `failed`.
  const reasons = errors.length === 0 ? [] : ['', '  Errors', ...errors];
  return `${[...lines, '', ...counts, ...stepsOf(steps), ...reasons].join('\n')}\n${nextStep(standing, path)}`;
}

function stepsOf(steps: StepCounts): string[] {
  const lines = stepLines(steps);
  return lines.length === 0 ? [] : ['', ...lines];
}

function keyOf({ record, key }: Standing): [string, string][] {
  switch (key) {
    case 'kept':
      return [];
    case 'destroyed':
      return [['Key', `destroyed at ${minuteOf(record.keyShreddedAt)}: passwords can't be made again`]];
    case 'to be destroyed':
      return [['Key', 'there still, though it was to be destroyed']];
  }
}

/** Of an ISO 8601 time in UTC. */
function minuteOf(time = ''): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

function stateOf(standing: Standing, now: Date): string {
  switch (standing.kind) {
    case 'finished':
      return standing.summary.cancelledAt === undefined ? 'finished' : 'cancelled';
    case 'unfinished':
      return unfinished(standing.last);
    case 'live': {
      const { holder, snapshot } = standing;
      const where = `in process ${holder.pid} on ${holder.host}`;
      if (snapshot === undefined) return `starting or ending, ${where}`;
      const age = Math.round((now.getTime() - Date.parse(snapshot.at)) / 1000);
      // It is written each second: an old one tells of a process that hangs, or of another host's clock.
      return `${snapshot.state} ${where}${age > 5 ? `; it last said so ${roughly(age)} ago` : ''}`;
    }
  }
}

function reasonOf(standing: Standing): [string, string][] {
  const reason = standing.kind === 'unfinished' ? standing.last?.reason : undefined;
  return reason === undefined ? [] : [['Reason', `${reason.error}: ${reason.message}`]];
}

function unfinished(last: Snapshot | undefined): string {
  const at = minuteOf(last?.at);
  const how = endOf(last);
  switch (how) {
    case 'unfinished':
      return 'not running, and not finished';
    case 'killed':
      return `killed, or its host went down; it last wrote at ${at}`;
    case 'interrupted':
    case 'stopped':
      return `${how} at ${at}`;
  }
}

function progressOf(standing: Standing, now: Date): [string, string][] {
  if (standing.kind !== 'live' || standing.snapshot === undefined) return [];
  const { done, rows, rowsAreExact, perSecond, rate, limit, waiting, endsAt, throttles } = standing.snapshot;
  const share = rows === 0 ? 0 : (done / rows) * 100;
  const end = endsAt === undefined ? undefined : new Date(endsAt);
  const slowed = rate < limit ? `, ${rate} allowed now` : '';
  return [
    [
      'Done',
      `${withCommas(done)} of ${rowsAreExact ? '' : 'about '}${withCommas(rows)} rows (${share.toFixed(1)} %)`,
    ],
    ['Rate', `${perSecond} rows a second; limit ${limit} calls a second${slowed}`],
    ...(throttles === 0 ? [] : [['Throttled', `${withCommas(throttles)} times`] as [string, string]]),
    ...(waiting === undefined ? [] : [['Waiting', waiting] as [string, string]]),
    ...(end === undefined || waiting === 'paused'
      ? []
      : [
          ['Ends', `${clockTime(end, now)}, in ${roughly((end.getTime() - now.getTime()) / 1000)}`] as [
            string,
            string,
          ],
        ]),
  ];
}

function countsOf(standing: Standing): {
  byStatus: Record<(typeof OUTCOME_STATUSES)[number], number>;
  byError: Iterable<readonly [string, number]>;
  steps: StepCounts;
} {
  const none = { succeeded: 0, failed: 0, skipped: 0, unprocessed: 0 };
  switch (standing.kind) {
    case 'finished':
      return {
        ...standing.summary,
        byError: Object.entries(standing.summary.byError),
        steps: standing.summary.steps ?? {},
      };
    case 'unfinished':
      return standing.tally;
    case 'live':
      return {
        byStatus: standing.snapshot?.byStatus ?? none,
        byError: Object.entries(standing.snapshot?.byError ?? {}),
        steps: standing.snapshot?.steps ?? {},
      };
  }
}

function nextStep(standing: Standing, path: string): string {
  if (standing.key === 'to be destroyed' && standing.kind !== 'live')
    return `\nDestroy its key with:\n  cognito-bulk-reset shred-key ${path}\n`;
  if (standing.kind === 'unfinished') return `\nGo on with:\n  cognito-bulk-reset resume ${path}\n`;
  if (standing.kind === 'live' && standing.snapshot?.state === 'paused')
    return `\nLet it go on with:\n  cognito-bulk-reset resume ${path}\n`;
  return '';
}
