import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import { passwordHash } from '../support/stand-in/password-hash.js';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Retry1';

const scene = useScene({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 100 } }] });

const onRedis = () => ['--queue', inject('redisUrl')];
const run = (...more: string[]) => scene.run(scene.runOn(POOL, '--quota', '1000', '--rate', '200', ...more));
const retryArgs = (of: string, to: string, ...more: string[]) => {
  const [ofDir, toDir] = [join(scene.workplace.path, of), join(scene.workplace.path, to)];
  return ['retry', ofDir, '--yes', '--run-dir', toDir, ...more];
};
const retry = (...args: Parameters<typeof retryArgs>) => scene.run(retryArgs(...args));
const called = async () =>
  (await scene.standIn.calls({ operation: 'AdminSetUserPassword' }))
    .map(({ username }) => username)
    .sort((a, b) => a.localeCompare(b));

/** What a run would have written if these rows had failed of something else. */
async function failedOf(errors: Record<number, string>): Promise<void> {
  const path = join(scene.workplace.runDir, 'report.csv');
  const lines = (await readFile(path, 'utf8')).split('\n');
  for (const [row, error] of Object.entries(errors)) {
    lines[Number(row)] = lines[Number(row)]?.replace('UserNotFoundException', error) ?? '';
  }
  await writeFile(path, lines.join('\n'));
}

describe('retry does the rows whose error may have gone', () => {
  // The first row is two lines long, so that rows and lines of the file differ.
  const csv = 'note,login\n"two\nlines",user-1\n,ghost-2\n,user-3\n,ghost-4\n,ghost-5\n,user-3\n';
  beforeEach(async () => {
    await scene.workplace.write('users.csv', csv);
    const first = await run(
      '--generate',
      '--temporary',
      '--column',
      'login',
      '--max-failures',
      '77',
      ...onRedis(),
    );
    expect(first.code).toBe(1);
    await failedOf({ 2: 'InternalErrorException', 4: 'Http503' });
    await scene.standIn.addPool({ id: POOL, users: ['user-1', 'ghost-2', 'user-3', 'ghost-4', 'ghost-5'] });
    await scene.standIn.clear();
  });

  test('in a run of its own with the same options and lines of the same file; a retry of that begins where it ended', async () => {
    await scene.standIn.addPool({ id: POOL, users: ['user-1', 'ghost-2'] });
    const result = await retry('run', 'again', '--json');
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/File +.*users\.csv, 2 rows of it, column "login"\n +Retry of +.*run\n/);
    expect(JSON.parse(result.stdout)).toMatchObject({ rows: 2, byStatus: { succeeded: 1, failed: 1 } });
    expect(await called()).toEqual(['ghost-2', 'ghost-4']);
    const again = await readFile(join(scene.workplace.path, 'again', 'report.csv'), 'utf8');
    expect(again.split('\n').map((line) => line.split(',').slice(0, 4))).toMatchObject([
      {},
      ['1', '4', 'ghost-2', 'succeeded'],
      ['2', '6', 'ghost-4', 'failed'],
      {},
    ]);
    const [before, after] = await Promise.all(
      ['run', 'again'].map(async (name) =>
        JSON.parse(await readFile(join(scene.workplace.path, name, 'run.json'), 'utf8')),
      ),
    );
    for (const same of [
      'input',
      'pool',
      'mode',
      'permanent',
      'rate',
      'quota',
      'maxFailures',
      'queue',
      'endpoint',
    ])
      expect(after[same]).toEqual(before[same]);
    expect(after.id).not.toBe(before.id);
    expect(after.keyFingerprint).not.toBe(before.keyFingerprint);
    expect(after.retryOf).toMatchObject({ run: before.id, rows: 2 });

    await scene.standIn.addPool({ id: POOL, users: ['ghost-4'] });
    const third = await retry('again', 'third', '--all-failed');
    expect(third.code).toBe(0);
    expect(await readFile(join(scene.workplace.path, 'third', 'report.csv'), 'utf8')).toMatch(
      /^1,6,ghost-4,succeeded,/m,
    );
  });

  test('--all-failed takes the others too, and options that are given are asked anew', async () => {
    const result = await retry('run', 'again', '--all-failed', '--discard', '--rate', '50');
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/--discard.*--temporary/);
    const other = await retry('run', 'again', '--all-failed', '--rate', '50', '--length', '33', '--json');
    expect(other.code).toBe(0);
    expect(await called()).toEqual(['ghost-2', 'ghost-4', 'ghost-5']);
    const record = JSON.parse(await readFile(join(scene.workplace.path, 'again', 'run.json'), 'utf8'));
    expect(record).toMatchObject({ rate: 50, shape: { length: 33 }, permanent: false });
  });

  test('without a place it makes one beside the others, and asks before it sends', async () => {
    const refused = await scene.run(['retry', scene.workplace.runDir]);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/There is no terminal to ask on/),
    });
    expect(await called()).toEqual([]);
    const { code, stdout } = await scene.run(['retry', scene.workplace.runDir, '--yes', '--json']);
    expect(code).toBe(0);
    expect(basename(JSON.parse(stdout).runDirectory)).toMatch(/^\d{4}-\d\d-\d\dT\d{6}Z-users-retry$/);
  });

  test('a file that has changed since, rows.csv that was edited, and nothing to retry, are refused', async () => {
    await scene.workplace.write('users.csv', csv.replace('ghost-2', 'ghost-9'));
    expect(await retry('run', 'again')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/not the file that the run began with/),
    });
    await scene.workplace.write('users.csv', csv);

    await scene.standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
    expect((await retry('run', 'again')).code).toBe(3);
    await scene.standIn.setFaults([]);
    const rows = join(scene.workplace.path, 'again', 'rows.csv');
    const before = await scene.standIn.size();
    await writeFile(rows, 'row\n2\n5\n');
    const resumed = await scene.run(['resume', join(scene.workplace.path, 'again')]);
    expect(resumed).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/rows\.csv is not there or was changed/),
    });
    expect(await scene.standIn.size()).toBe(before);

    await failedOf({ 2: 'x' });
    await writeFile(rows, 'row\n2\n4\n');
    expect((await scene.run(['resume', join(scene.workplace.path, 'again'), '--quiet'])).code).toBe(0);
    const nothing = await retry('again', 'third');
    expect(nothing).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/No row of the run has failed or was left unprocessed/),
    });
  });
});

test('passwords that came by standard input are in the retry too, sealed by its own key, and it resumes without the first run', async () => {
  const first = await scene.run(
    [
      ...['run', '-', ...scene.target(POOL), '--yes', '--quiet'],
      ...['--password-column', 'password', '--run-dir', scene.workplace.runDir, ...onRedis()],
    ],
    { input: 'username,password\nuser-1,Secret-number-1\nghost,Secret-number-2\n' },
  );
  expect(first.code).toBe(1);
  await failedOf({ 2: 'ServiceUnavailable' });
  await scene.standIn.addPool({ id: POOL, users: ['ghost'] });
  await scene.standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
  expect((await retry('run', 'again')).code).toBe(3);
  await scene.standIn.setFaults([]);
  await rm(scene.workplace.runDir, { recursive: true });
  const again = join(scene.workplace.path, 'again');
  expect((await scene.run(['resume', again, '--quiet'])).code).toBe(0);
  expect(await scene.standIn.lastPasswordHash('ghost')).toBe(passwordHash('Secret-number-2'));
  expect((await readFile(join(again, 'input.sealed'))).includes('Secret-number')).toBe(false);
});

test('errors that another try does not mend are named, and nothing is begun', async () => {
  await scene.workplace.write('users.csv', csvOf(['user-1', 'nobody', 'a b']));
  await run('--discard', ...onRedis());
  const result = await retry('run', 'again');
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(/2 rows failed .*1 InvalidUsername, 1 UserNotFoundException.*--all-failed/);
  expect(await scene.workplace.names()).toEqual(['run', 'users.csv']);
});

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: onRedis },
])('with the queue on $queue', ({ flags }) => {
  test('rows of a cancelled run are done by its retry, which resumes like any run: each user is called once in all', async () => {
    await scene.workplace.write('users.csv', csvOf(users(100)));
    await scene.standIn.setFaults([
      { username: 'user-30', action: { kind: 'error', name: 'ExpiredTokenException' } },
    ]);
    expect((await run('--generate', '--concurrency', '5', ...flags())).code).toBe(3);
    const unended = await retry('run', 'again');
    expect(unended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has not ended: go on with it .* or cancel it first/),
    });
    const cancelled = await scene.run(['cancel', scene.workplace.runDir]);
    expect(cancelled.stdout).toMatch(/Retry +\d+ rows: cognito-bulk-reset retry /);

    await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 30 } }]);
    const before = await scene.standIn.size();
    const again = join(scene.workplace.path, 'again');
    const first = await scene.start(retryArgs('run', 'again', '--quiet'));
    await expect
      .poll(() => scene.standIn.size(), { timeout: 60_000, interval: 10 })
      .toBeGreaterThan(before + 8);
    first.kill('SIGINT');
    expect((await first.result).code).toBe(130);
    expect((await scene.run(['resume', again, '--quiet'])).code).toBe(0);
    const counts = await scene.standIn.appliedCounts();
    expect(Object.keys(counts)).toHaveLength(100);
    expect(new Set(Object.values(counts))).toEqual(new Set([1]));
  });
});
