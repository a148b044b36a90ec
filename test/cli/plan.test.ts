import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Plan00001';

const scene = useScene({
  pools: [
    {
      id: POOL,
      name: 'customers',
      caseSensitive: false,
      aliasAttributes: ['email'],
      policy: { MinimumLength: 12, RequireNumbers: true },
      users: [{ username: 'root', email: 'admin@example.org' }],
      generated: { pattern: 'user-%d', count: 999 },
    },
  ],
});

const plan = (...args: string[]) => scene.run(['plan', ...args, ...scene.target(POOL)]);

const TROUBLE = `username,password
user-1,long-enough-1
USER-1,long-enough-1
two words,long-enough-1
,long-enough-1
user-2,short
user-3,one,field,more
user-4,long-enough-1
`;

test('plan reads the whole file, says with line numbers which rows will fail or be skipped, and sends nothing (exit 1)', async () => {
  await scene.workplace.write('users.csv', TROUBLE);
  const result = await plan('users.csv', '--password-column', 'password');
  expect(result).toMatchObject({ code: 1, stderr: '' });
  for (const shown of [
    /good +2 .*\n.*fail +4 .*\n.*skipped +1 .*\n.*\n.*rows +7\n/,
    /1 {2}DuplicateUsername\n.*\n +line 3 USER-1: the same username as row 1 \(line 2\)/,
    /1 {2}InvalidUsername\n.*\n +line 4 two words: /,
    /1 {2}EmptyUsername\n.*\n +line 5: /,
    /1 {2}InvalidPassword\n.*\n +line 6 user-2: the pool's policy requires at least 12 characters/,
    /1 {2}MalformedRow\n.*\n +line 7: 4 fields where 2 are expected/,
    /customers \(eu-west-1_Plan00001\), about 1,000 users/,
    /Sign-in +by username, email; upper and lower case are the same/,
    /Policy +at least 12 characters, a digit/,
  ]) {
    expect(result.stdout).toMatch(shown);
  }
  expect(result.stdout.split('\n').filter((line) => line.length > 80 && !line.includes('arn:'))).toEqual([]);
  expect(result.stdout).not.toMatch(/long-enough-1|short/);
  expect(await scene.standIn.answers()).toEqual({ ok: 1 });
  expect(await scene.standIn.calls({ operation: 'DescribeUserPool' })).toHaveLength(1);
  expect(await scene.workplace.names()).toEqual(['users.csv']);
});

test('plan --json is one object with calls, time, cost and IAM actions, and exit 0 says that all rows are good', async () => {
  await scene.workplace.write('users.csv', csvOf(users(900)));
  const before = Date.now();
  const result = await plan('users.csv', '--json', '--rate', '10', '--price-per-mau', '0.0055');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const { finishesAt, ...told } = JSON.parse(result.stdout);
  expect(told).toMatchObject({
    rows: 900,
    good: 900,
    willFail: 0,
    willBeSkipped: 0,
    kinds: [],
    pool: { id: POOL, name: 'customers', caseSensitive: false, aliasAttributes: ['email'] },
    rate: 10,
    calls: 900,
    billedUsers: 900,
    atMostUsd: 4.95,
    actions: [
      { action: 'cognito-idp:DescribeUserPool', verified: true },
      { action: 'cognito-idp:AdminSetUserPassword', verified: false },
    ],
  });
  // The pace stays a little below the rate, so that no sliding second holds more.
  expect(told.seconds).toBeGreaterThanOrEqual(90);
  expect(told.seconds).toBeLessThan(95);
  expect(Date.parse(finishesAt) - before).toBeGreaterThanOrEqual(told.seconds * 1000);
});

test('without --rate it is 20, and no more than a smaller quota', async () => {
  await scene.workplace.write('users.csv', csvOf(users(3)));
  const rateOf = async (...more: string[]) =>
    JSON.parse((await plan('users.csv', '--json', ...more)).stdout).rate;
  expect([await rateOf(), await rateOf('--quota', '15'), await rateOf('--quota', '60')]).toEqual([
    20, 15, 20,
  ]);
});

test('a protected name that is not in the file, as one that is misspelt, is told of, and one of a user who is there is not', async () => {
  await scene.workplace.write('users.csv', csvOf([...users(3), 'root']));
  await scene.workplace.write('protect.txt', 'USER-2\nusr-3\nadmin@example.org\n');
  const told = (await plan('users.csv', '--protect', 'protect.txt')).stdout;
  expect(told).toMatch(/Protected +3 usernames, never reset/);
  expect(told).toMatch(/^ +not in this file: usr-3, admin@example.org$/m);
  // Only the pool knows the other names of a user.
  const asked = (await plan('users.csv', '--protect', 'protect.txt', '--check-users')).stdout;
  expect(asked).toMatch(/^ +not in this file: usr-3$/m);
  const json = await plan('users.csv', '--protect', 'protect.txt', '--check-users', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ protected: 3, protectedNotInFile: 1, willBeSkipped: 2 });
});

test('run --dry-run tells the same as plan, asks nothing and leaves nothing behind', async () => {
  await scene.workplace.write('users.csv', csvOf(users(3)));
  const told = await plan('users.csv', '--generate');
  const dry = await scene.run(['run', 'users.csv', '--generate', '--dry-run', ...scene.target(POOL)]);
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  const withoutClock = (text: string) => text.replace(/until \S+/, '');
  expect(withoutClock(dry.stdout)).toBe(withoutClock(told.stdout));
  expect(dry.stdout).toContain('generated, 20 characters');
  expect(await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).toEqual([]);
  expect(await scene.workplace.names()).toEqual(['users.csv']);
});

test('plan - reads standard input and keeps no copy of it', async () => {
  const result = await scene.run(['plan', '-', '--json', ...scene.target(POOL)], {
    env: { TMPDIR: scene.workplace.path },
    input: csvOf(users(5)),
  });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(result.stdout)).toMatchObject({ file: '-', rows: 5 });
  expect(await readdir(scene.workplace.path)).toEqual([]);
});

test.each([
  ['two sources of passwords', ['--generate', '--discard'], /one of --generate/],
  ['a length without --generate', ['--length', '30'], /--generate only/],
  ['a price that is none', ['--price-per-mau', 'cheap'], /number over 0/],
  ['a column that is not there', ['--column', 'login'], /login/],
])('plan with %s is a mistake in one line (exit 2)', async (_, more, says) => {
  await scene.workplace.write('users.csv', csvOf(users(1)));
  const result = await plan('users.csv', ...more);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toMatch(says);
  expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
});
