import { callerText } from '../cognito/caller.js';
import type { Fact, PageFacts } from '../report/html/page-facts.js';
import { moment } from '../report/html/words.js';
import type { Summary } from '../report/summary.js';
import { stepsInWords, updatesInWords } from '../steps.js';
import type { RunRecord } from './record.js';
import { failureLimitText } from './threshold.js';

/** What report.html says of a run besides its rows. */
export interface PageState {
  /** The run's end, if it has one. */
  summary?: Pick<Summary, 'throttles' | 'inputSha256' | 'reportSha256' | 'cancelledAt'>;
  unfinished?: string;
  warning?: string;
}

/** In words for someone who wasn't there: what was asked, by whom and when. */
export function pageFacts(record: RunRecord, { summary, unfinished, warning }: PageState): PageFacts {
  return {
    run: record.id,
    pool: { id: record.pool.id, name: record.pool.name },
    asked: asked(record),
    begun: begun(record),
    throttles: summary?.throttles,
    unfinished,
    warnings: [...cancelled(summary?.cancelledAt), ...(warning === undefined ? [] : [warning])],
    checksums: [
      ...checksum('Input, SHA-256', summary?.inputSha256 ?? record.input.sha256),
      ...checksum('Report, SHA-256', summary?.reportSha256),
    ],
    program: record.program,
    madeAt: new Date().toISOString(),
  };
}

function asked(record: RunRecord): Fact[] {
  const { input, pool, endpoint, steps } = record;
  return [
    { name: 'User pool', value: pool.name === pool.id ? pool.id : `${pool.name} (${pool.id})` },
    { name: 'Passwords', value: passwords(record) },
    ...(steps === undefined ? [] : [{ name: 'Each user', value: stepsInWords(steps.asked) }]),
    { name: 'Users then', value: usersThen(record) },
    { name: 'File', value: `${input.path}${input.column === undefined ? '' : `, column ${input.column}`}` },
    { name: 'Rate', value: `at most ${rates(record)}, ${record.concurrency} at once` },
    { name: 'Stops', value: stops(record) },
    ...(record.check === undefined ? [] : [{ name: 'Checked', value: checked(record.check) }]),
    ...(endpoint === undefined
      ? [{ name: 'Region', value: record.region }]
      : [{ name: 'Endpoint', value: endpoint }]),
  ];
}

function rates({ rate, steps }: RunRecord): string {
  if (steps === undefined) return `${rate} calls a second`;
  return `${rate} passwords and ${steps.rate} ${updatesInWords(steps.asked)} a second`;
}

function usersThen({ permanent, mode, steps }: RunRecord): string {
  if (steps?.asked.includes('disabled') === true) return 'can’t sign in until they are enabled again';
  if (!permanent) return 'must choose their own (temporary)';
  return mode === 'discard'
    ? 'sign in only after a password reset (permanent)'
    : 'sign in with it (permanent)';
}

function stops({ maxFailures, canary }: RunRecord): string {
  const many = `when ${failureLimitText(maxFailures)} of the users failed`;
  if (canary === undefined) return many;
  const first = canary.rows === 1 ? 'the first tried row' : `${canary.rows} tried rows`;
  const few = canary.failures === 1 ? 'any fails' : `${canary.failures} fail`;
  return `after ${first} if ${few}, then ${many}`;
}

function checked({ at, included }: NonNullable<RunRecord['check']>): string {
  const left = [
    ...(included.federated ? [] : ['federated']),
    ...(included.unconfirmed ? [] : ['unconfirmed']),
  ];
  const skipped = left.length === 0 ? 'nobody skipped for it' : `${left.join(' and ')} users skipped`;
  return `the pool’s users at ${moment(at)}; ${skipped}`;
}

function begun({ caller, createdAt }: RunRecord): Fact[] {
  return [
    { name: 'By', value: caller === undefined ? 'not known' : callerText(caller) },
    { name: 'Asked', value: moment(createdAt) },
  ];
}

function passwords({ mode, shape, input }: RunRecord): string {
  switch (mode) {
    case 'generate':
      return `made for each user${shape === undefined ? '' : `, ${shape.length} characters`}`;
    case 'password-column':
      return `from the file’s column ${input.passwordColumn ?? ''}`;
    case 'discard':
      return 'random, and kept by nobody';
  }
}

function cancelled(at: string | undefined): string[] {
  if (at === undefined) return [];
  return [`The run was cancelled at ${moment(at)}. The rows that had not had their turn are unprocessed.`];
}

function checksum(name: string, value: string | undefined): Fact[] {
  return value === undefined || value === '' ? [] : [{ name, value }];
}
