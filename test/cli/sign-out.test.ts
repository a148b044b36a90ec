import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { poolWithHistory } from '../support/stand-in/pool-with-history.js';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_SignOut01';
const SIGN_OUT = 'AdminUserGlobalSignOut';
const ROWS = 20;

const scene = useScene({ pools: [poolWithHistory(POOL, ROWS)], users: users(ROWS) });

const runArgs = (...more: string[]) => scene.runOn(POOL, '--rate', 'max', ...more);

describe.each(['embedded', 'redis'])('on the %s queue', (kind) => {
  const queue = () => (kind === 'redis' ? ['--queue', inject('redisUrl')] : []);

  test('run --sign-out that is killed between a password and its sign-out resumes, and ends with all signed out', async () => {
    await scene.standIn.setFaults([{ operation: SIGN_OUT, action: { kind: 'latency', ms: 400 } }]);
    const run = await scene.start(runArgs('--generate', '--sign-out', ...queue()));
    await expect
      .poll(async () => (await scene.standIn.calls({ operation: SIGN_OUT })).length, { timeout: 60_000 })
      .toBeGreaterThan(2);
    run.kill('SIGKILL');
    await run.result;
    const passwords = await scene.standIn.lastPasswordHashes();
    await scene.standIn.setFaults([]);

    const resumed = await scene.run(['resume', scene.workplace.runDir, '--json']);
    expect(resumed.stderr).not.toMatch(/error/i);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      byStatus: { succeeded: ROWS },
      steps: { password_set: { yes: ROWS, no: 0, unknown: 0 }, signed_out: { yes: ROWS, no: 0, unknown: 0 } },
    });
    const [header] = readFileSync(join(scene.workplace.runDir, 'report.csv'), 'utf8').split('\n');
    expect(header).toMatch(/,finished_at,password_set,signed_out$/);
    for (const line of scene.workplace.report())
      expect(line).toMatchObject({ status: 'succeeded', password_set: 'yes', signed_out: 'yes' });
    // The same password, and nobody was signed out before it.
    expect(await scene.standIn.lastPasswordHashes()).toMatchObject(passwords);
    for (const username of users(ROWS)) {
      expect(await scene.standIn.appliedCount(username)).toBe(1);
      expect((await scene.standIn.calls({ username })).at(-1)?.operation).toBe(SIGN_OUT);
    }
  });

  test('a run that is killed there and cancelled says of each user what is done and what nobody can know', async () => {
    await scene.standIn.setFaults([{ operation: SIGN_OUT, action: { kind: 'hang-before' } }]);
    const run = await scene.start(runArgs('--generate', '--sign-out', ...queue()));
    await expect
      .poll(async () => (await scene.standIn.calls({ operation: SIGN_OUT })).length, { timeout: 60_000 })
      .toBeGreaterThan(2);
    run.kill('SIGKILL');
    await run.result;
    expect((await scene.run(['cancel', scene.workplace.runDir])).code).toBe(0);
    for (const { username, status, password_set, signed_out } of scene.workplace.report()) {
      const operations = (await scene.standIn.calls({ username })).map(({ operation }) => operation);
      const states = { status, password_set, signed_out };
      if (operations.includes(SIGN_OUT))
        expect(states, username).toEqual({ status: 'failed', password_set: 'yes', signed_out: 'unknown' });
      else if (operations.length === 0) expect(password_set, username).not.toBe('yes');
      else expect(states, username).toMatchObject({ status: 'failed', signed_out: 'unknown' });
    }
  });

  test('credentials that may not sign out stop the run with the action to allow (exit 3), and it resumes', async () => {
    await scene.standIn.setFaults([
      { operation: SIGN_OUT, action: { kind: 'error', name: 'AccessDeniedException' } },
    ]);
    const stopped = await scene.run(runArgs('--generate', '--sign-out', ...queue()));
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toContain(`allow cognito-idp:${SIGN_OUT} on the pool`);
    await scene.standIn.setFaults([]);
    expect(await scene.run(['resume', scene.workplace.runDir])).toMatchObject({ code: 0 });
    for (const username of users(ROWS)) expect(await scene.standIn.appliedCount(username)).toBe(1);
  });
});

test('a row whose sign-out failed is failed, says that its password is set, and hands that password out', async () => {
  await scene.standIn.setFaults([
    {
      username: 'user-2',
      operation: SIGN_OUT,
      action: { kind: 'error', name: 'UnsupportedUserStateException' },
    },
    { username: 'user-3', action: { kind: 'error', name: 'UserNotFoundException' } },
  ]);
  await scene.workplace.write('users.csv', csvOf(users(3)));
  const result = await scene.run(runArgs('--generate', '--sign-out', '--sign-out-rate', '20'));
  expect(result.code).toBe(1);
  expect(result.stdout).toMatch(/^ {2}password set +2\n {2}signed out +1$/m);
  expect(scene.workplace.report()).toMatchObject([
    { status: 'succeeded', password_set: 'yes', signed_out: 'yes' },
    {
      status: 'failed',
      error: 'UnsupportedUserStateException',
      message: `${SIGN_OUT}: User is in an unsupported state.`,
      password_set: 'yes',
      signed_out: 'no',
    },
    { status: 'failed', error: 'UserNotFoundException', password_set: 'no', signed_out: 'no' },
  ]);
  const page = readFileSync(join(scene.workplace.runDir, 'report.html'), 'utf8').replace(/\s+/g, ' ');
  expect(page).toMatch(/Steps done<.*Password set<\/dt> <dd>2; 1 not<.*Signed out<\/dt> <dd>1; 2 not</);
  const status = await scene.run(['status', scene.workplace.runDir, '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({
    steps: { password_set: { yes: 2, no: 1, unknown: 0 }, signed_out: { yes: 1, no: 2, unknown: 0 } },
  });
  await scene.run([
    ...[
      'credentials',
      scene.workplace.runDir,
      '--plaintext',
      '--i-understand-this-writes-plaintext-passwords',
    ],
    ...['-o', join(scene.workplace.path, 'passwords.csv')],
  ]);
  const handedOut = readFileSync(join(scene.workplace.path, 'passwords.csv'), 'utf8');
  expect(handedOut).toMatch(/^username,password,row\nuser-1,.*\nuser-2,.*\n$/);
});

test('retry of a row whose password is set and whose sign-out failed does the sign-out, though the pool’s history has the password', async () => {
  await scene.standIn.setFaults([
    {
      username: 'user-2',
      operation: SIGN_OUT,
      action: { kind: 'error', name: 'UnsupportedUserStateException' },
    },
    { username: 'user-3', operation: SIGN_OUT, action: { kind: 'error', name: 'UserNotFoundException' } },
  ]);
  const csv = [1, 2, 3].map((row) => `user-${row},Password-of-user-${row}\n`).join('');
  await scene.workplace.write('users.csv', `username,password\n${csv}`);
  expect((await scene.run(runArgs('--password-column', 'password', '--sign-out'))).code).toBe(1);
  const passwords = await scene.standIn.lastPasswordHashes();
  await scene.standIn.setFaults([]);
  const retryDir = join(scene.workplace.path, 'retry');
  const retried = await scene.run([
    'retry',
    scene.workplace.runDir,
    '--all-failed',
    '--yes',
    '--json',
    '--run-dir',
    retryDir,
  ]);
  expect(retried.code).toBe(0);
  expect(JSON.parse(retried.stdout)).toMatchObject({
    byStatus: { succeeded: 2 },
    steps: { password_set: { yes: 2 }, signed_out: { yes: 2 } },
  });
  expect(await scene.standIn.lastPasswordHashes()).toEqual(passwords);
  expect(readFileSync(join(retryDir, 'rows.csv'), 'utf8')).toBe('row,password_sent\n2,yes\n3,yes\n');
});

test('the plan has the actions and the pace of all steps, and says what a password alone leaves', async () => {
  const planOf = async (...more: string[]) =>
    scene.run(['plan', 'users.csv', ...scene.target(POOL), ...more]);
  const alone = await planOf('--discard');
  expect(alone.stdout.replace(/\s+/g, ' ')).toContain('sessions that are open stay open without --sign-out');
  const json = await planOf('--discard', '--disable', '--rate', 'max', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    steps: ['disabled', 'password_set', 'signed_out'],
    usersPerSecond: 12.5,
    calls: 3 * ROWS,
    actions: expect.arrayContaining(
      ['AdminDisableUser', 'AdminSetUserPassword', SIGN_OUT].map((name) => ({
        action: `cognito-idp:${name}`,
        verified: false,
      })),
    ),
  });
  const signOut = await planOf('--generate', '--sign-out', '--rate', 'max');
  expect(signOut.stdout.replace(/\s+/g, ' ')).toContain('so 25 users a second at best');
  const tooFast = await planOf('--generate', '--sign-out', '--sign-out-rate', '26');
  expect(tooFast).toMatchObject({ code: 2, stdout: '' });
  expect(tooFast.stderr).toContain('UserUpdate');
});
