import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { passwordHash } from '../support/stand-in/password-hash.js';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Result';

const scene = useScene({
  pools: [
    {
      id: POOL,
      name: 'customers',
      policy: { PasswordHistorySize: 24 },
      generated: { pattern: 'user-%d', count: 2_000 },
    },
  ],
});

/** The pool, and a queue that starts quickly. */
const target = () => [...scene.target(POOL), '--yes', '--queue', inject('redisUrl')];

async function run(file: string, ...more: string[]) {
  return scene.run(['run', file, ...target(), '--run-dir', scene.workplace.runDir, ...more]);
}

describe('standard output is only the result', () => {
  test('a table, when every row succeeded (exit 0)', async () => {
    await scene.workplace.write('users.csv', csvOf(users(3)));
    const result = await run('users.csv', '--generate');
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(result.stdout).toMatch(/succeeded +3/);
    expect(result.stdout).toContain(join(scene.workplace.runDir, 'report.csv'));
    expect(result.stdout).not.toMatch(/Rate|calls a second/);
    expect(scene.workplace.has('failed.csv')).toBe(false);
  });

  test('one JSON object with --json, and the plan still on standard error (exit 1)', async () => {
    await scene.workplace.write('users.csv', csvOf(['user-1', 'nobody', 'user-1']));
    const result = await run('users.csv', '--generate', '--json');
    expect(result.code).toBe(1);
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(result.stdout)).toMatchObject({
      status: 'finished',
      rows: 3,
      byStatus: { succeeded: 1, failed: 1, skipped: 1, unprocessed: 0 },
      runDirectory: scene.workplace.runDir,
    });
    expect(result.stderr).toMatch(/customers \(eu-west-1_Result\)/);
    expect(scene.workplace.has('failed.csv')).toBe(true);
  });

  test('one JSON object that says how to go on, when the run was stopped (exit 3)', async () => {
    await scene.standIn.setFaults([{ action: { kind: 'error', name: 'ExpiredTokenException' } }]);
    await scene.workplace.write('users.csv', csvOf(users(3)));
    const result = await run('users.csv', '--generate', '--json');
    expect(result.code).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({
      status: 'stopped',
      error: 'ExpiredTokenException',
      rows: 0,
      resume: `cognito-bulk-reset resume ${scene.workplace.runDir}`,
    });
    expect(result.stderr).toMatch(/sign in again/);
    expect(result.stderr).toContain(`cognito-bulk-reset resume ${scene.workplace.runDir}`);
  });

  test('--quiet keeps the plan, as nobody may send what was not shown', async () => {
    await scene.workplace.write('users.csv', csvOf(users(1)));
    const result = await run('users.csv', '--generate', '--quiet');
    expect(result.stderr).toMatch(/^ {2}File +users\.csv/);
    expect(result.stderr).toMatch(new RegExp(`Endpoint +${scene.standIn.url}`));
  });
});

test('standard input is kept as a copy in the run directory, for nobody else to read', async () => {
  const csv = csvOf(users(4));
  const result = await scene.run(
    ['run', '-', ...target(), '--discard', '--run-dir', scene.workplace.runDir],
    { input: csv },
  );
  expect(result.code).toBe(0);
  const copy = await stat(join(scene.workplace.runDir, 'input.csv'));
  expect([copy.size, copy.mode & 0o777]).toEqual([csv.length, 0o600]);
  expect(scene.workplace.report().map(({ username }) => username)).toEqual(users(4));
});

test('passwords from standard input are kept sealed: on disk there is none, and a resumed run has them all the same', async () => {
  const csv = `username,password\n${users(4)
    .map((name) => `${name},Canary-of-${name}\n`)
    .join('')}`;
  await scene.standIn.setFaults([{ times: 1, action: { kind: 'error', name: 'AccessDeniedException' } }]);
  const piped = await scene.run(
    ['run', '-', ...target(), '--password-column', 'password', '--run-dir', scene.workplace.runDir],
    { input: csv },
  );
  expect(piped.code).toBe(3);
  expect(scene.workplace.has('input.csv')).toBe(false);
  const copy = join(scene.workplace.runDir, 'input.sealed');
  const bytes = await readFile(copy);
  expect(bytes.includes('Canary')).toBe(false);
  expect((await stat(copy)).mode & 0o777).toBe(0o600);
  // What it records of the input is that of the text.
  expect(scene.workplace.json('run.json')).toMatchObject({
    input: { bytes: csv.length, sha256: createHash('sha256').update(csv).digest('hex') },
  });

  await writeFile(copy, Buffer.concat([bytes.subarray(0, -1), Buffer.of(0)]));
  const changed = await scene.run(['resume', scene.workplace.runDir]);
  expect(changed.code).toBe(2);
  expect(changed.stderr).toMatch(
    /input\.sealed, the run's own copy of standard input, is not as the run wrote it/,
  );
  await writeFile(copy, bytes);
  expect((await scene.run(['resume', scene.workplace.runDir])).code).toBe(0);
  expect(await scene.standIn.lastPasswordHash('user-3')).toBe(passwordHash('Canary-of-user-3'));
});

test('a key that no password came of is gone when its --discard run has finished, and not before', async () => {
  await scene.workplace.write('users.csv', csvOf(users(3)));
  await scene.standIn.setFaults([{ times: 1, action: { kind: 'error', name: 'AccessDeniedException' } }]);
  expect((await run('users.csv', '--discard')).code).toBe(3);
  expect(scene.workplace.has('run.key')).toBe(true);
  expect((await scene.run(['resume', scene.workplace.runDir])).code).toBe(0);
  expect(scene.workplace.has('run.key')).toBe(false);
});

test('--temporary sets passwords that must be changed, and those of a column stand in no file of the run', async () => {
  await scene.workplace.write('users.csv', 'username,password\nuser-1,Sealed-Password-1\nuser-2,x\n');
  const result = await run('users.csv', '--password-column', 'password', '--temporary');
  expect(result.code).toBe(1);
  expect(scene.workplace.report()).toMatchObject([
    { status: 'succeeded' },
    { status: 'failed', error: 'InvalidPassword' },
  ]);
  expect(await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).toMatchObject([
    { username: 'user-1', permanent: false },
  ]);
  // grep ends with 1 when it finds nothing.
  expect(spawnSync('grep', ['-rla', 'Sealed-Password-1', scene.workplace.runDir]).status).toBe(1);
});

test('the run directory is 0700 and each file in it 0600', async () => {
  await scene.workplace.write('users.csv', csvOf([...users(2), 'nobody']));
  await run('users.csv', '--generate');
  expect((await stat(scene.workplace.runDir)).mode & 0o777).toBe(0o700);
  const names = ['run.json', 'report.csv', 'summary.json', 'failed.csv', 'run.log', 'run.key'];
  const modes = await Promise.all(names.map((name) => stat(join(scene.workplace.runDir, name))));
  expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(names.map(() => '600'));
  expect(scene.workplace.has('run.lock')).toBe(false);
});

test('failed.csv is a manifest again: a new run takes it, and only the failed rows', async () => {
  await scene.standIn.setFaults([
    { username: 'user-2', action: { kind: 'error', name: 'NotAuthorizedException' } },
  ]);
  await scene.workplace.write('users.csv', csvOf(users(3)));
  expect((await run('users.csv', '--generate')).code).toBe(1);
  await scene.standIn.setFaults([]);
  await scene.standIn.clear();
  const again = await scene.run([
    'run',
    join(scene.workplace.runDir, 'failed.csv'),
    ...target(),
    '--generate',
  ]);
  expect(again.code).toBe(0);
  expect(await scene.standIn.appliedCounts()).toEqual({ 'user-2': 1 });
});

test('every option is also read from COGNITO_BULK_RESET_*, and a flag set to false is not given', async () => {
  await scene.workplace.write('users.csv', 'login;name\nuser-7;Ann\n');
  const prefix = 'COGNITO_BULK_RESET_';
  const asked = {
    POOL_ID: POOL,
    GENERATE: '1',
    DISCARD: 'false',
    TEMPORARY: 'yes',
    COLUMN: 'login',
    DELIMITER: ';',
    LENGTH: '31',
    ALPHABET: 'readable',
    RATE: '12',
    QUOTA: '40',
    CONCURRENCY: '3',
    RUN_DIR: scene.workplace.runDir,
    QUEUE: inject('redisUrl'),
    ENDPOINT_URL: scene.standIn.url,
    ALLOW_HTTP: 'true',
    REGION: 'eu-central-1',
    YES: '1',
    JSON: '1',
  };
  const env = Object.fromEntries(Object.entries(asked).map(([name, value]) => [prefix + name, value]));
  const result = await scene.run(['run', 'users.csv'], { env });
  expect(result.code).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ status: 'finished', mode: 'generate', rows: 1 });
  expect(scene.workplace.json('run.json')).toMatchObject({
    rate: 12,
    concurrency: 3,
    permanent: false,
    region: 'eu-central-1',
    shape: { length: 31 },
    input: { column: 'login', delimiter: ';' },
  });
});

test('the command line wins over the environment', async () => {
  await scene.workplace.write('users.csv', csvOf(users(1)));
  const result = await scene.run(
    ['run', 'users.csv', ...target(), '--discard', '--rate', '5', '--run-dir', scene.workplace.runDir],
    { env: { COGNITO_BULK_RESET_RATE: '25' } },
  );
  expect(result.code).toBe(0);
  expect(scene.workplace.json('run.json')).toMatchObject({ rate: 5, mode: 'discard' });
});
