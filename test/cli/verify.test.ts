import { readFileSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, inject, test } from 'vitest';
import type { PoolOptions } from '../support/stand-in/options.js';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const ID = 'eu-west-1_Verify001';
const CLIENT = 'clientVerify001';
const LONG_AGO = Date.parse('2026-01-01T00:00:00Z');
const POOL: PoolOptions = {
  id: ID,
  aliasAttributes: ['email'],
  wholeSeconds: true,
  users: [
    { username: 'alice', email: 'alice@example.com', modifiedAt: LONG_AGO },
    { username: 'bob', sub: '11111111-2222-4333-8444-555555555555', modifiedAt: LONG_AGO },
    { username: 'user-1', modifiedAt: LONG_AGO },
  ],
  generated: { pattern: 'user-%d', from: 2, count: 100 },
};

const scene = useScene({ pools: [POOL] });

const run = async (csv: string, ...more: string[]) => {
  await scene.workplace.write('users.csv', csv);
  return scene.run(scene.runOn(ID, '--quiet', '--queue', inject('redisUrl'), ...more));
};
const verify = (...more: string[]) => scene.run(['verify', 'run', ...more]);
const verdicts = () =>
  parse<Record<string, string>>(readFileSync(join(scene.workplace.runDir, 'verify.csv')), {
    columns: true,
  }).map(({ row, username, verdict }) => `${row} ${username} ${verdict}`);

test('verify agrees with a run whose users the pool shows late, in whole seconds, and by their aliases, and bills nobody (exit 0)', async () => {
  // The 103 users are two pages.
  await scene.standIn.addPool({ ...POOL, stalePages: 2 });
  await run(
    csvOf(['user-1', 'nobody', 'alice@example.com', '11111111-2222-4333-8444-555555555555', "'odd"]),
    '--generate',
  );
  const result = await verify('--json', '--sign-in-sample', '2', '--client-id', CLIENT);
  expect(result).toMatchObject({ code: 0 });
  expect(result.stderr).toMatch(/^3 rows not as expected yet; asked for once more in a moment\.\n$/);
  expect(JSON.parse(result.stdout)).toMatchObject({
    asked: 'ListUsers',
    rows: 3,
    byVerdict: { agrees: 3, 'not-changed': 0 },
    signIn: { tried: 2, tokens: 2, challenged: 0, refused: 0 },
  });
  expect(verdicts()).toEqual([
    '1 user-1 agrees',
    '3 alice@example.com agrees',
    '4 11111111-2222-4333-8444-555555555555 agrees',
  ]);
  expect((await stat(join(scene.workplace.runDir, 'verify.csv'))).mode & 0o777).toBe(0o600);
  expect(await scene.standIn.calls({ operation: 'AdminGetUser' })).toEqual([]);
  expect(result.stdout + result.stderr).not.toContain(
    (await scene.standIn.passwordOf(ID, 'user-1')) ?? 'no password',
  );
});

test('verify names each user who was not changed, is not there, or stands in another status, by ListUsers and by AdminGetUser (exit 1)', async () => {
  expect((await run(csvOf(users(5)), '--generate')).code).toBe(0);
  // The pool as somebody else has made it since.
  await scene.standIn.addPool({
    id: ID,
    users: [
      'user-1',
      { username: 'user-2', modifiedAt: LONG_AGO },
      { username: 'user-3', status: 'FORCE_CHANGE_PASSWORD' },
      { username: 'user-5', password: 'another-one-now' },
    ],
  });
  const expected = ['agrees', 'not-changed', 'wrong-status', 'not-found', 'agrees'];
  for (const how of [[], ['--exact']]) {
    await scene.standIn.clear();
    const result = await verify('--quiet', ...how);
    expect(result).toMatchObject({ code: 1, stderr: '' });
    expect(verdicts()).toEqual(expected.map((verdict, index) => `${index + 1} user-${index + 1} ${verdict}`));
    expect(result.stdout).toMatch(/not-changed +1 .*\n.*wrong-status +1 /);
    expect(result.stdout).toMatch(/line 3 user-2: last changed 2026-01-01T00:00:00\.000Z, before its\s+call/);
    expect(result.stdout.split('\n').filter((line) => line.length > 80 && !line.includes('/'))).toEqual([]);
    const exact = how.length > 0;
    // Five, and the three that did not agree once more.
    expect(await scene.standIn.calls({ operation: 'AdminGetUser' })).toHaveLength(exact ? 8 : 0);
    expect((await scene.standIn.calls({ operation: 'ListUsers' })).length > 0).toBe(!exact);
  }

  const signedIn = await verify('--quiet', '--json', '--sign-in-sample', '99', '--client-id', CLIENT);
  expect(JSON.parse(signedIn.stdout)).toMatchObject({
    byVerdict: { agrees: 0, 'sign-in-refused': 2, 'not-changed': 1 },
    signIn: { tried: 5, refused: 5 },
  });
});

test('a temporary password is right when the service asks for a new one, and passwords of the file are tried as they stand there', async () => {
  const csv = 'username,password\nuser-1,First-Password-1\nuser-2,Second-Password-2\n';
  expect((await run(csv, '--password-column', 'password', '--temporary')).code).toBe(0);
  const result = await verify('--json', '--quiet', '--sign-in-sample', '2', '--client-id', CLIENT);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(result.stdout)).toMatchObject({
    byVerdict: { agrees: 2 },
    signIn: { tried: 2, tokens: 0, challenged: 2, refused: 0 },
  });
  expect(result.stdout + readFileSync(join(scene.workplace.runDir, 'verify.csv'))).not.toContain('Password-');

  await scene.standIn.setFaults([
    {
      operation: 'InitiateAuth',
      action: { kind: 'error', name: 'InvalidParameterException', message: 'First-Password-1' },
    },
  ]);
  const wrongClient = await verify('--quiet', '--sign-in-sample', '2', '--client-id', CLIENT);
  await scene.standIn.setFaults([]);
  expect(wrongClient).toMatchObject({ code: 2, stdout: '' });
  expect(wrongClient.stderr).toMatch(/ALLOW_USER_PASSWORD_AUTH/);
  expect(wrongClient.stderr).not.toContain('First-Password-1');

  // The file has them all the same.
  expect((await scene.run(['shred-key', 'run', '--yes'])).code).toBe(0);
  const keyless = await verify('--json', '--quiet', '--sign-in-sample', '2', '--client-id', CLIENT);
  expect(JSON.parse(keyless.stdout)).toMatchObject({ signIn: { tried: 2, challenged: 2 } });
});

describe('verify --offline', () => {
  const file = (name: string) => join(scene.workplace.runDir, name);
  const edit = async (path: string, change: (text: string) => string) => {
    const text = readFileSync(path, 'utf8');
    await writeFile(path, change(text));
    return () => writeFile(path, text);
  };
  const offline = async (...more: string[]) => {
    const { code, stdout } = await verify('--offline', '--json', ...more);
    const { checks } = JSON.parse(stdout);
    const wrong = checks.filter(({ ok }: { ok: boolean }) => !ok);
    return { code, wrong: wrong.map(({ what }: { what: string }) => what), checks };
  };

  test('says whether report and input are as they were recorded, and whether each row has its one line; it asks nobody', async () => {
    const ran = await run(csvOf([...users(3), 'two words', '=x']), '--generate');
    const noted = /Report sha256 ([0-9a-f]{64})/.exec(ran.stdout)?.[1] ?? '';
    expect(ran.stdout.trimEnd().split('\n').at(-1)).toContain(noted);
    await scene.standIn.clear();

    const good = await verify('--offline', '--report-sha256', noted);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toContain('All is as it was recorded.');
    expect(good.stdout).toContain(noted);
    expect(good.stdout).toContain('5, each row once and in order, each of its own user');

    const report = file('report.csv');
    const renamed = await edit(report, (text) =>
      text.replace('3,4,user-3,succeeded', '3,4,user-2,succeeded'),
    );
    expect(await offline()).toMatchObject({ code: 1, wrong: ['report', 'lines'] });
    await renamed();

    // Somebody who edits summary.json too is found by whoever noted the last line of the run.
    const anotherHour = (hour: string) => (hour === 'T00:' ? 'T01:' : 'T00:');
    const later = await edit(report, (text) => text.replaceAll(/T\d\d:/g, anotherHour));
    const { checks } = await offline();
    const now = /SHA-256 is ([0-9a-f]{64})/.exec(checks[0].found)?.[1] ?? '';
    const forged = await edit(file('summary.json'), (text) => text.replace(noted, now));
    expect(await offline()).toMatchObject({ code: 0, wrong: [] });
    expect(await offline('--report-sha256', noted)).toMatchObject({ code: 1, wrong: ['report'] });
    await forged();
    await later();

    const lost = await edit(report, (text) => text.replace(/^3,4.*\n/m, ''));
    expect(await offline()).toMatchObject({ code: 1, wrong: ['report', 'lines'] });
    // Nobody goes on with a finished run.
    expect((await verify('--offline')).stdout).toMatch(
      /Lines +WRONG: [^]*line 4: row 3 is\s+expected\s+here,\s+not\s+row\s+4\.\s+Was\s+it\s+edited\?\s+Put\s+it\s+back\s+as\s+it\s+was\.\n/,
    );
    await lost();
    const counted = await edit(file('summary.json'), (text) =>
      text.replace('"succeeded": 3', '"succeeded": 4'),
    );
    expect(await offline()).toMatchObject({ code: 1, wrong: ['counts'] });
    await counted();

    const input = await edit(join(scene.workplace.path, 'users.csv'), (text) =>
      text.replace('user-3', 'user-4'),
    );
    expect(await offline()).toMatchObject({ code: 1, wrong: ['input'] });
    await input();
    expect(await offline()).toMatchObject({ code: 0, wrong: [] });
    await rm(join(scene.workplace.path, 'users.csv'));
    expect(await offline()).toMatchObject({ code: 1, wrong: ['input'] });
    expect(await scene.standIn.size()).toBe(0);
  });

  test('a report that is gone is one of the things that are wrong (exit 1), and a line for who needs it (exit 2), as is a summary that is gone or changed', async () => {
    await run(csvOf(users(3)), '--generate');
    await rename(file('report.csv'), file('elsewhere.csv'));
    const gone = await verify('--offline');
    expect(gone).toMatchObject({ code: 1, stderr: '' });
    expect(gone.stdout).toMatch(/Report +WRONG: it is missing\n +Input +good/);
    const online = await verify('--quiet');
    expect(online).toMatchObject({ code: 2, stdout: '' });
    expect(online.stderr).toMatch(/^cognito-bulk-reset: .*report\.csv does not exist.*\n$/);
    for (const command of [['retry'], ['credentials', '--passphrase', '-o', 'out.age']]) {
      const result = await scene.run([...command, 'run']);
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toMatch(/^cognito-bulk-reset: .*report\.csv .*\n$/);
    }
    await rename(file('elsewhere.csv'), file('report.csv'));

    await edit(file('summary.json'), (text) => text.slice(1));
    const changed = await verify('--offline');
    expect(changed).toMatchObject({ code: 2, stdout: '' });
    expect(changed.stderr).toMatch(/^cognito-bulk-reset: .*summary\.json is not a run’s summary.*\n$/);
    await rm(file('summary.json'));
    const without = await verify('--offline');
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toMatch(/^cognito-bulk-reset: There is no .*summary\.json .*\n$/);
  });
});

test.each([
  [['--offline', '--exact'], /does not go with/],
  [['--sign-in-sample', '3'], /--client-id/],
  [['--report-sha256', 'abc'], /64 hex digits/],
  [[], /no run directory/],
])('verify %j without a run is a mistake in one line (exit 2)', async (more, says) => {
  const result = await verify(...more);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toMatch(says);
  expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
});
