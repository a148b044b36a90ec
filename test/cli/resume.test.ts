import { parse } from 'csv-parse/sync';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { csvOf, type ReportLine, users } from './workplace.js';

const POOL = 'eu-west-1_Resume';
const ROWS = 600;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }],
  users: users(ROWS),
});

const start = (...more: string[]) => scene.start(scene.runOn(POOL, '--generate', '--quota', '1000', ...more));
const resume = (...more: string[]) => scene.run(['resume', scene.workplace.runDir, ...more]);
const onRedis = () => ['--queue', inject('redisUrl')];

const passwordsSet = () => scene.standIn.calls({ operation: 'AdminSetUserPassword' });

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: onRedis },
])('with the queue on $queue', ({ flags }) => {
  test('killed with -9 and resumed, changes no line, calls nobody whose line was written, and loses no row', async () => {
    const program = await start('--rate', '300', ...flags());
    await scene.calledAtLeast(200);
    program.kill('SIGKILL');
    await program.result;
    const before = await readFile(join(scene.workplace.runDir, 'report.csv'));
    const called = await scene.standIn.size();

    const resumed = await resume();
    expect(resumed.stderr).not.toContain('cognito-bulk-reset:');
    expect(resumed.code).toBe(0);
    const after = await readFile(join(scene.workplace.runDir, 'report.csv'));
    const whole = before.subarray(0, before.lastIndexOf(10) + 1);
    expect(after.subarray(0, whole.length).equals(whole)).toBe(true);
    expect(scene.workplace.report().map(({ username }) => username)).toEqual(users(ROWS));

    const lines: ReportLine[] = parse(whole, { columns: true });
    expect(lines.length).toBeGreaterThan(0);
    const written = new Set(lines.map(({ username }) => username));
    expect(
      (await scene.standIn.calls({ from: called })).filter(({ username }) => written.has(username)),
    ).toEqual([]);
    // A user who was called twice got the same password twice.
    const hashes = new Map<string, string>();
    for (const { username, passwordHash } of await passwordsSet()) {
      expect(passwordHash).toBe(hashes.get(username) ?? passwordHash);
      hashes.set(username, passwordHash);
    }
  });

  test('a run whose directory is moved stops and says so, and goes on where it is now', async () => {
    const run = await start('--rate', '60', ...flags());
    await expect
      .poll(() => (scene.workplace.has('report.csv') ? scene.workplace.report().length : 0))
      .toBeGreaterThan(20);
    const moved = join(scene.workplace.path, 'moved');
    await rename(scene.workplace.runDir, moved);
    const { code, stderr } = await run.result;
    expect(code).toBe(3);
    expect(stderr).toContain(`RunDirectoryGone: ${scene.workplace.runDir} was moved or removed`);
    expect(scene.workplace.has('report.csv')).toBe(false);
    expect(await scene.standIn.size()).toBeLessThan(ROWS);

    expect((await scene.run(['resume', moved, '--quiet'])).code).toBe(0);
    await rename(moved, scene.workplace.runDir);
    expect(scene.workplace.report().map(({ username, status }) => [username, status])).toEqual(
      users(ROWS).map((name) => [name, 'succeeded']),
    );
    const counts = Object.values(await scene.standIn.appliedCounts());
    expect(counts).toHaveLength(ROWS);
  });

  test('stops on AccessDenied with exit 3 and no line for the rows in flight, and finishes when it is mended', async () => {
    await scene.workplace.write('users.csv', csvOf(users(3)));
    await scene.standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
    const stopped = await (await start(...flags())).result;
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toContain('AccessDeniedException');
    expect(scene.workplace.report()).toEqual([]);

    await scene.standIn.setFaults([]);
    expect((await resume()).code).toBe(0);
    expect(scene.workplace.report().map(({ status }) => status)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
    ]);
  });
});

test('a run whose result can’t be written ends with exit 3 and says why, and resume writes it', async () => {
  await scene.workplace.write('users.csv', csvOf([...users(5), 'nobody']));
  const program = await start('--rate', '5');
  await scene.calledAtLeast(1);
  await mkdir(join(scene.workplace.runDir, 'failed.csv', 'in-the-way'), { recursive: true });
  const stopped = await program.result;
  expect(stopped.code).toBe(3);
  expect(stopped.stderr).toMatch(/^Stopped .*failed\.csv could not be written: EISDIR, then resume the run/m);
  expect(stopped.stderr).not.toMatch(/ at .*:\d+:\d+/);

  await rm(join(scene.workplace.runDir, 'failed.csv'), { recursive: true });
  const calls = await scene.standIn.size();
  expect((await resume()).code).toBe(1);
  expect(scene.workplace.json('summary.json')).toMatchObject({ byStatus: { succeeded: 5, failed: 1 } });
  expect(await scene.standIn.size()).toBe(calls + 1);
});

describe('resume refuses with exit 2 and sends no password', () => {
  test('a run that is under way, naming its pid', async () => {
    const program = await start(...onRedis());
    await scene.calledAtLeast(3);
    const second = await resume();
    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toContain(String(program.pid));
    program.kill('SIGINT');
    expect((await program.result).code).toBe(130);
  });

  test('a run that has finished, and says where its result is', async () => {
    await scene.workplace.write('users.csv', csvOf(users(2)));
    expect((await (await start(...onRedis())).result).code).toBe(0);
    const calls = await scene.standIn.size();
    const resumed = await resume();
    expect(resumed).toMatchObject({ code: 2, stdout: '' });
    expect(resumed.stderr).toMatch(/finished.*summary\.json/);
    expect(await scene.standIn.size()).toBe(calls);
  });

  test('another file of the same size, and another key', async () => {
    await scene.standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
    expect((await (await start(...onRedis())).result).code).toBe(3);
    await scene.standIn.setFaults([]);
    const calls = await scene.standIn.size();

    await scene.workplace.write('users.csv', csvOf(users(ROWS)).replace('user-7\n', 'user-8\n'));
    const otherFile = await resume();
    expect(otherFile.code).toBe(2);
    expect(otherFile.stderr).toMatch(/users\.csv is not the file.*SHA-256.*Put it back/);

    await scene.workplace.write('users.csv', csvOf(users(ROWS)));
    await scene.workplace.write('run/run.key', Buffer.alloc(32, 5));
    const otherKey = await resume();
    expect(otherKey.code).toBe(2);
    expect(otherKey.stderr).toMatch(/key is not the one of this run/);
    expect(await scene.standIn.size()).toBe(calls);
  });
});
