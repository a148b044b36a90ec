import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminGetUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { parse } from 'csv-parse/sync';
import { expect, inject, test } from 'vitest';
import { type CognitoLocal, startCognitoLocal } from '../support/cognito-local.js';
import { dummyClient, makePool, signIn } from '../support/cognito-local-pool.js';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Enable001';
const CLIENT = 'clientEnable001';
const ENABLE = 'AdminEnableUser';

const scene = useScene({
  pools: [{ id: POOL, users: [{ username: 'user-1', enabled: false }, ...users(40, 2)] }],
});

const disable = async (count: number, ...more: string[]) => {
  await scene.workplace.write('users.csv', csvOf(users(count)));
  return scene.run(scene.runOn(POOL, '--quiet', '--queue', inject('redisUrl'), '--disable', ...more));
};
const program = (command: string, ...more: string[]) => scene.run([command, 'run', ...more]);
const enable = (...more: string[]) => program('enable', '--yes', ...more);
const isEnabled = async (row: number) => (await scene.standIn.user(POOL, `user-${row}`))?.enabled;
const lines = () =>
  parse<Record<string, string>>(readFileSync(join(scene.workplace.runDir, 'enabled.csv')), {
    columns: true,
  }).map(({ row, username, result, error }) => [row, username, result, error].join(' ').trim());

test('run --disable leaves its users disabled, also where a later step failed, and enable undoes just that: who was disabled before stays so', async () => {
  await scene.standIn.setFaults([
    { username: 'user-3', action: { kind: 'error', name: 'InvalidPasswordException' } },
  ]);
  expect((await disable(4, '--generate', '--check-users')).code).toBe(1);
  expect(scene.workplace.report()).toMatchObject([
    { status: 'succeeded', disabled: 'yes', password_set: 'yes', signed_out: 'yes' },
    { status: 'succeeded', disabled: 'yes' },
    { status: 'failed', disabled: 'yes', password_set: 'no', signed_out: 'no' },
    { status: 'succeeded', disabled: 'yes' },
  ]);
  for (const row of [1, 2, 3, 4]) expect(await isEnabled(row)).toBe(false);
  expect(await isEnabled(5)).toBe(true);

  expect((await program('verify', '--quiet')).code).toBe(0);
  const sample = ['--sign-in-sample', '1', '--client-id', CLIENT];
  expect(await program('verify', '--quiet', ...sample)).toMatchObject({ code: 2, stdout: '' });

  const { stdout, stderr, code } = await enable('--json');
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ status: 'finished', enabled: 3, leftDisabled: 1, failed: 0 });
  expect(lines()).toEqual([
    '1 user-1 left-disabled',
    '2 user-2 enabled',
    '3 user-3 enabled',
    '4 user-4 enabled',
  ]);
  for (const row of [1, 2, 3, 4]) expect(await isEnabled(row)).toBe(row > 1);
  expect((await program('verify', '--quiet')).code).toBe(0);

  // Somebody disables one of them again, and enables one that was to stay as it was.
  await scene.standIn.addPool({
    id: POOL,
    users: ['user-1', { username: 'user-2', enabled: false }, 'user-4'],
  });
  const verified = await program('verify', '--quiet', '--json');
  expect(verified.code).toBe(1);
  expect(JSON.parse(verified.stdout)).toMatchObject({
    byVerdict: { agrees: 1, 'not-disabled': 1, 'not-enabled': 1, 'not-changed': 0, 'wrong-status': 0 },
  });
});

test('enable that is killed goes on where it was, tries again what failed, and says who is not enabled (exit 1)', async () => {
  await disable(40, '--discard');
  await scene.standIn.clear();
  await scene.standIn.setFaults([
    {
      username: 'user-2',
      operation: ENABLE,
      times: 1,
      action: { kind: 'error', name: 'UserNotFoundException' },
    },
    // Its line, and so all after it, is waited for.
    { username: 'user-20', operation: ENABLE, action: { kind: 'hang-before' } },
  ]);
  const killed = await scene.start(['enable', 'run', '--yes']);
  await expect
    .poll(() => (scene.workplace.has('enabled.csv') ? lines().length : 0), { timeout: 60_000 })
    .toBeGreaterThan(5);
  killed.kill('SIGKILL');
  await killed.result;
  const before = lines();
  expect(before).toContain('2 user-2 failed UserNotFoundException');
  expect(before.length).toBeLessThan(20);

  await scene.standIn.clear();
  await scene.standIn.setFaults([
    { username: 'user-40', operation: ENABLE, action: { kind: 'error', name: 'UserNotFoundException' } },
  ]);
  const second = await enable('--json', '--quiet');
  expect(second.code).toBe(1);
  expect(JSON.parse(second.stdout)).toMatchObject({ enabled: 39, failed: 1, notDone: 0 });
  expect(lines().slice(0, before.length)).toEqual(before);
  const called = (await scene.standIn.calls({ operation: ENABLE })).map(({ username }) => username);
  for (const line of before) {
    const [, username = '', result] = line.split(' ');
    expect(called.includes(username), line).toBe(result === 'failed');
  }
  for (let row = 1; row <= 39; row += 1) expect(await isEnabled(row)).toBe(true);
});

test('credentials that may not enable stop it with the action to allow (exit 3), and the same command goes on', async () => {
  await disable(3, '--discard');
  await scene.standIn.setFaults([
    { operation: ENABLE, action: { kind: 'error', name: 'AccessDeniedException' } },
  ]);
  const stopped = await enable('--quiet');
  expect(stopped.code).toBe(3);
  expect(stopped.stderr).toMatch(/--check-users[^]*allow cognito-idp:AdminEnableUser on the pool/);
  await scene.standIn.setFaults([]);
  expect((await enable('--quiet')).code).toBe(0);
});

test.each([
  ['a run without --disable', ['--generate'], [], /disabled nobody/],
  ['a rate over the quota', undefined, ['--rate', '26'], /UserUpdate/],
])('enable of %s is a mistake in one line (exit 2)', async (_, run, more, says) => {
  if (run !== undefined) {
    await scene.workplace.write('users.csv', csvOf(users(1)));
    await scene.run(scene.runOn(POOL, '--quiet', '--queue', inject('redisUrl'), ...run));
  }
  const result = await enable(...more);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toMatch(says);
  expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('another implementation of the service disables and enables the same users, and their passwords are those of the run', async () => {
  const local: CognitoLocal = await startCognitoLocal();
  try {
    const client = dummyClient(local.url);
    const enabled = async (Username: string) =>
      (await client.send(new AdminGetUserCommand({ UserPoolId: poolId, Username }))).Enabled;
    // It has no AdminUserGlobalSignOut, so each row fails at that step.
    const { poolId, clientId } = await makePool(local.url, { users: ['ann', 'bob'] });
    await scene.workplace.write(
      'users.csv',
      'username,password\nann,First-Password-1\nbob,Second-Password-2\n',
    );
    const service = ['--endpoint-url', local.url, '--allow-http', '--region', 'local'];
    const run = await scene.run([
      ...['run', 'users.csv', '--pool-id', poolId, '--password-column', 'password', '--disable', '--yes'],
      ...['--quiet', '--run-dir', 'run', '--queue', inject('redisUrl'), ...service],
    ]);
    expect(run.code).toBe(1);
    expect(scene.workplace.report()).toMatchObject([
      { status: 'failed', disabled: 'yes', password_set: 'yes' },
      { status: 'failed', disabled: 'yes', password_set: 'yes' },
    ]);
    expect(await enabled('ann')).toBe(false);
    expect((await enable('--quiet')).code).toBe(0);
    expect([await enabled('ann'), await enabled('bob')]).toEqual([true, true]);
    expect(await signIn(local.url, clientId, 'bob', 'Second-Password-2')).toBe('tokens');
  } finally {
    await local.stop();
  }
});
