import { readFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, inject, test } from 'vitest';
import type { PoolOptions } from '../support/stand-in/options.js';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Check0001';
/** Tells upper from lower case, and is large: it is cheaper to ask for a few users than to list it. */
const LARGE = 'eu-west-1_Check0002';

const POOLS: PoolOptions[] = [
  {
    id: POOL,
    name: 'customers',
    caseSensitive: false,
    aliasAttributes: ['email', 'preferred_username'],
    emptyPageEvery: 2,
    users: [
      { username: 'alice', email: 'Alice@Example.com', sub: '11111111-2222-4333-8444-555555555555' },
      { username: 'bob', preferred_username: 'bobby' },
      { username: 'carol', email: 'carol@example.com', verified: false },
      { username: 'google_1', status: 'EXTERNAL_PROVIDER', email: 'g@example.com' },
      { username: 'newbie', status: 'UNCONFIRMED' },
      { username: 'gone', enabled: false },
    ],
    generated: { pattern: 'user-%d', count: 300 },
  },
  {
    id: LARGE,
    aliasAttributes: ['email'],
    users: [
      { username: 'dave', email: 'dave@example.com' },
      { username: 'google_2', status: 'EXTERNAL_PROVIDER' },
    ],
    generated: { pattern: 'user-%d', count: 100_000 },
  },
];

const scene = useScene({ pools: POOLS });

const plan = (...args: string[]) => scene.run(['plan', 'users.csv', '--check-users', ...args]);
const runArgs = (...more: string[]) =>
  scene.runOn(POOL, '--generate', '--json', '--check-users', '--queue', inject('redisUrl'), ...more);
const calledUsers = async () =>
  (await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).map(({ username }) => username);
const findings = (path: string) =>
  parse<Record<string, string>>(readFileSync(path), { columns: true }).map(
    ({ row, username, finding, effect }) => [row, username, finding, effect].join(' '),
  );

const OF_ALL_KINDS = [
  'alice',
  'ALICE@example.com',
  '11111111-2222-4333-8444-555555555555',
  'bobby',
  'Bob',
  'carol@example.com',
  'g@example.com',
  'newbie',
  'gone',
  'nobody',
  'USER-300',
];

test('plan --check-users says who is not there, federated, unconfirmed, disabled, and which rows mean one user, past throttles and empty pages', async () => {
  await scene.workplace.write('users.csv', csvOf(OF_ALL_KINDS));
  await scene.standIn.setFaults([
    {
      operation: 'ListUsers',
      everyNth: 3,
      times: 1,
      action: { kind: 'error', name: 'TooManyRequestsException' },
    },
  ]);
  const result = await plan('--json', '--findings', 'found.csv', ...scene.target(POOL));
  expect(result).toMatchObject({ code: 1, stderr: '' });
  const told = JSON.parse(result.stdout);
  expect(told).toMatchObject({ rows: 11, good: 4, willFail: 2, willBeSkipped: 5 });
  expect(told.actions).toContainEqual({ action: 'cognito-idp:ListUsers', verified: true });
  const named = new Map(
    told.kinds.map(({ name, first }: { name: string; first: { line: number }[] }) => [
      name,
      first.map(({ line }) => line),
    ]),
  );
  expect(Object.fromEntries(named)).toEqual({
    DuplicateUsername: [3, 4, 6],
    UserIsAlias: [5],
    UserIsFederated: [8],
    UserIsUnconfirmed: [9],
    UserIsDisabled: [10],
    UserNotFoundException: [7, 11],
  });
  expect(findings(join(scene.workplace.path, 'found.csv'))).toEqual([
    '2 ALICE@example.com DuplicateUsername skipped',
    '3 11111111-2222-4333-8444-555555555555 DuplicateUsername skipped',
    '4 bobby UserIsAlias none',
    '5 Bob DuplicateUsername skipped',
    '6 carol@example.com UserNotFoundException failed',
    '7 g@example.com UserIsFederated skipped',
    '8 newbie UserIsUnconfirmed skipped',
    '9 gone UserIsDisabled none',
    '10 nobody UserNotFoundException failed',
  ]);
  expect((await stat(join(scene.workplace.path, 'found.csv'))).mode & 0o777).toBe(0o600);
  // 306 users are six pages; every other page came empty, and one call was throttled.
  expect((await scene.standIn.answers('ListUsers')).TooManyRequestsException).toBe(1);
  expect(await calledUsers()).toEqual([]);
});

test('run --check-users never calls a federated or unconfirmed user, nor one user by two names, and says so in the report', async () => {
  await scene.workplace.write('users.csv', csvOf(OF_ALL_KINDS));
  const result = await scene.run(runArgs());
  expect(result.code).toBe(1);
  expect(scene.workplace.report().map(({ status, error }) => `${status} ${error}`.trim())).toEqual([
    'succeeded',
    'skipped DuplicateUsername',
    'skipped DuplicateUsername',
    'succeeded',
    'skipped DuplicateUsername',
    'failed UserNotFoundException',
    'skipped UserIsFederated',
    'skipped UserIsUnconfirmed',
    'succeeded',
    'failed UserNotFoundException',
    'succeeded',
  ]);
  expect((await calledUsers()).sort()).toEqual([
    'USER-300',
    'alice',
    'bobby',
    'carol@example.com',
    'gone',
    'nobody',
  ]);
  expect((await stat(join(scene.workplace.runDir, 'check.csv'))).mode & 0o777).toBe(0o600);
  expect(result.stderr).toMatch(/UserIsFederated\n/);
});

test('run --check-users --include-federated --include-unconfirmed resets them too', async () => {
  await scene.workplace.write('users.csv', csvOf(['google_1', 'newbie']));
  const result = await scene.run(runArgs('--include-federated', '--include-unconfirmed'));
  expect(result.code).toBe(0);
  expect((await calledUsers()).sort()).toEqual(['google_1', 'newbie']);
});

test.each([
  ['check.csv as the check left it', false],
  ['check.csv lost, by asking the pool again', true],
])('a resume spares the same users, from %s', async (_, lost) => {
  const names = users(30);
  names.splice(25, 0, 'g@example.com', 'newbie');
  await scene.workplace.write('users.csv', csvOf(names));
  const first = await scene.start(runArgs('--rate', '20'));
  await expect
    .poll(async () => (await calledUsers()).length, { timeout: 60_000, interval: 20 })
    .toBeGreaterThan(5);
  first.kill('SIGINT');
  await first.result;
  const listed = (await scene.standIn.calls({ operation: 'ListUsers' })).length;
  if (lost) await rm(join(scene.workplace.runDir, 'check.csv'));
  const result = await scene.run(['resume', scene.workplace.runDir, '--json']);
  expect(JSON.parse(result.stdout)).toMatchObject({
    byStatus: { succeeded: 30, failed: 0, skipped: 2 },
    byError: { UserIsFederated: 1, UserIsUnconfirmed: 1 },
  });
  expect(await calledUsers()).not.toContain('g@example.com');
  expect(await calledUsers()).not.toContain('newbie');
  const listedAgain = (await scene.standIn.calls({ operation: 'ListUsers' })).length > listed;
  expect(listedAgain).toBe(lost);
  expect(/check\.csv is not there/.test(result.stderr)).toBe(lost);
});

test('a few rows of a large pool are looked up one by one, by all their names', async () => {
  await scene.workplace.write(
    'users.csv',
    csvOf(['user-99999', 'dave@example.com', 'dave', 'google_2', 'DAVE', 'nobody']),
  );
  const result = await plan('--json', ...scene.target(LARGE));
  expect(JSON.parse(result.stdout)).toMatchObject({ rows: 6, good: 2, willFail: 2, willBeSkipped: 2 });
  expect((await scene.standIn.calls({ operation: 'ListUsers' })).length).toBeLessThan(100);
});

test('without the permission to list users it says which one, in one line, and sends nothing (exit 2)', async () => {
  await scene.workplace.write('users.csv', csvOf(users(3)));
  await scene.standIn.setFaults([
    { operation: 'ListUsers', action: { kind: 'error', name: 'AccessDeniedException', message: 'no' } },
  ]);
  for (const args of [['plan', 'users.csv', '--check-users', ...scene.target(POOL)], runArgs()]) {
    const result = await scene.run(args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/^cognito-bulk-reset: .*cognito-idp:ListUsers on the pool\.\n$/);
  }
  expect(await calledUsers()).toEqual([]);
  expect(await scene.workplace.names()).toEqual(['users.csv']);
});
