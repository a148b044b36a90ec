import { mkdirSync, openSync, closeSync, writeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../../src/outcome.js';
import { formatReportRow, REPORT_HEADER } from '../../../src/report/report-line.js';
import type { RunRecord } from '../../../src/run/record.js';

/** A name as it could stand in a hostile file: markup, a formula, a bidi mark, a line break and quotes. */
export const HOSTILE = [
  '<script>document.title="owned"</script>',
  '=HYPERLINK("http://example.com";"x")',
  'bob\u202egro.elpmaxe@\u001b[31m',
  'two\nlines, "quoted"',
  '<img src=x onerror=alert(1)>&amp;',
];

const BEGAN = Date.parse('2026-11-23T20:15:02.118Z');
const FIRST = 'olivia liam emma noah ava mia lucas amelia elijah sofia mateo harper jack ella leo aria'.split(
  ' ',
);
const LAST = 'smith johnson garcia miller davis lopez wilson moore taylor lee walker hall young king'.split(
  ' ',
);

/** Makes the run directory `path` with a report of `rows` rows, the hostile names first among them. */
export function exampleRun(path: string, rows: number, changes: Partial<RunRecord> = {}): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const record: RunRecord = {
    version: 1,
    id: '2026-11-23T201500Z-users-5c1d20af',
    createdAt: '2026-11-23T20:15:00.000Z',
    program: '0.1.0',
    input: {
      path: '/srv/migration/users.csv',
      bytes: 1,
      sha256: 'ab'.repeat(32),
      header: true,
      column: 'email',
    },
    pool: {
      id: 'eu-west-1_AbCdEf123',
      name: 'customers-production',
      caseSensitive: false,
      policy: {
        minimumLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
        temporaryPasswordValidityDays: 7,
        historySize: 0,
      },
    },
    region: 'eu-west-1',
    mode: 'generate',
    permanent: true,
    keyFingerprint: 'd3ad'.repeat(4),
    caller: { arn: 'arn:aws:sts::123456789012:assumed-role/IncidentResponse/olivia' },
    rate: 20,
    concurrency: 32,
    maxFailures: { percent: 10 },
    asked: {
      ...{ poolId: 'eu-west-1_AbCdEf123', mode: 'generate', permanent: true, header: true, column: 'email' },
      ...{
        rate: 20,
        quota: 30,
        maxFailures: { percent: 10 },
        allowHttp: false,
        signOut: false,
        disable: false,
        signOutRate: 25,
      },
      ...{
        checkUsers: false,
        includeFederated: false,
        includeUnconfirmed: false,
        recipients: [],
        protectedUsers: [],
      },
    },
    ...changes,
  };
  writeFileSync(join(path, 'run.json'), JSON.stringify(record));
  const file = openSync(join(path, 'report.csv'), 'w', 0o600);
  let text = REPORT_HEADER;
  for (let row = 1; row <= rows; row += 1) {
    text += formatReportRow({ row, line: row + 1, username: nameOf(row), outcome: outcomeOf(row) });
    if (text.length < 1_000_000) continue;
    writeSync(file, text);
    text = '';
  }
  writeSync(file, text);
  closeSync(file);
}

function nameOf(row: number): string {
  return HOSTILE[row - 1] ?? `${FIRST[(row * 7) % 16]}.${LAST[(row * 5) % 14]}${row}@example.com`;
}

function outcomeOf(row: number): Outcome {
  const started = BEGAN + Math.floor(row / 20) * 1000 + (row % 20) * 50 + (row > 4_000 ? 90_000 : 0);
  const calls = {
    attempts: row % 211 === 0 ? 2 : 1,
    throttles: 0,
    requestId: `${hex(row, 8)}-7a4f-4b8e-9d57-${hex(row * 7_919, 12)}`,
    startedAt: new Date(started).toISOString(),
    finishedAt: new Date(started + 60 + ((row * 37) % 190)).toISOString(),
  };
  const failed = (error: string, message: string): Outcome => ({
    status: 'failed',
    error,
    message,
    calls,
  });
  if (row % 97 === 3) return failed('UserNotFoundException', 'User does not exist.');
  if (row % 389 === 5)
    return failed('InternalErrorException', 'Something went wrong. Please try again later.');
  if (row % 641 === 7)
    return { status: 'skipped', error: 'DuplicateUsername', message: `The same user as in row ${row - 3}.` };
  if (row % 1_999 === 11)
    return { status: 'skipped', error: 'EmptyUsername', message: 'The username is empty.' };
  return { status: 'succeeded', calls };
}

function hex(value: number, length: number): string {
  return Math.imul(value, 2_654_435_761).toString(16).replace('-', '').padStart(length, '0').slice(-length);
}
