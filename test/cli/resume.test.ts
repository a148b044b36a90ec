import { parse } from 'csv-parse/sync';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, type ReportLine, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Resume';
const ROWS = 600;

let standIn: SpawnedStandIn;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(ROWS)));
  await standIn.clear();
  await standIn.setFaults([]);
});
afterEach(() => workplace.remove());

const start = (...more: string[]) =>
  startProgram(
    ['run', 'users.csv', '--pool-id', POOL, '--endpoint-url', standIn.url, '--allow-http', '--yes'].concat(
      ['--generate', '--quota', '1000', '--run-dir', workplace.runDir],
      more,
    ),
    workplace.here,
  );
const resume = (...more: string[]) => runProgram(['resume', workplace.runDir, ...more], workplace.here);
const onRedis = () => ['--queue', inject('redisUrl')];

const passwordsSet = () => standIn.calls({ operation: 'AdminSetUserPassword' });
const calledAtLeast = (calls: number) =>
  expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(calls);

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: onRedis },
])('with the queue on $queue', ({ flags }) => {
  test('killed with -9 and resumed, changes no line, calls nobody whose line was written, and loses no row', async () => {
    const program = await start('--rate', '300', ...flags());
    await calledAtLeast(200);
    program.kill('SIGKILL');
    await program.result;
    const before = await readFile(join(workplace.runDir, 'report.csv'));
    const called = await standIn.size();

    const resumed = await resume();
    expect(resumed.stderr).not.toContain('cognito-bulk-reset:');
    expect(resumed.code).toBe(0);
    const after = await readFile(join(workplace.runDir, 'report.csv'));
    const whole = before.subarray(0, before.lastIndexOf(10) + 1);
    expect(after.subarray(0, whole.length).equals(whole)).toBe(true);
    expect(workplace.report().map(({ username }) => username)).toEqual(users(ROWS));

    const lines: ReportLine[] = parse(whole, { columns: true });
    expect(lines.length).toBeGreaterThan(0);
    const written = new Set(lines.map(({ username }) => username));
    expect((await standIn.calls({ from: called })).filter(({ username }) => written.has(username))).toEqual(
      [],
    );
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
      .poll(() => (workplace.has('report.csv') ? workplace.report().length : 0))
      .toBeGreaterThan(20);
    const moved = join(workplace.path, 'moved');
    await rename(workplace.runDir, moved);
    const { code, stderr } = await run.result;
    expect(code).toBe(3);
    expect(stderr).toContain(`RunDirectoryGone: ${workplace.runDir} was moved or removed`);
    expect(workplace.has('report.csv')).toBe(false);
    expect(await standIn.size()).toBeLessThan(ROWS);

    expect((await runProgram(['resume', moved, '--quiet'], workplace.here)).code).toBe(0);
    await rename(moved, workplace.runDir);
    expect(workplace.report().map(({ username, status }) => [username, status])).toEqual(
      users(ROWS).map((name) => [name, 'succeeded']),
    );
    const counts = Object.values(await standIn.appliedCounts());
    expect(counts).toHaveLength(ROWS);
  });

  test('stops on AccessDenied with exit 3 and no line for the rows in flight, and finishes when it is mended', async () => {
    await workplace.write('users.csv', csvOf(users(3)));
    await standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
    const stopped = await (await start(...flags())).result;
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toContain('AccessDeniedException');
    expect(workplace.report()).toEqual([]);

    await standIn.setFaults([]);
    expect((await resume()).code).toBe(0);
    expect(workplace.report().map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });
});

test('a run whose result can’t be written ends with exit 3 and says why, and resume writes it', async () => {
  await workplace.write('users.csv', csvOf([...users(5), 'nobody']));
  const program = await start('--rate', '5');
  await calledAtLeast(1);
  await mkdir(join(workplace.runDir, 'failed.csv', 'in-the-way'), { recursive: true });
  const stopped = await program.result;
  expect(stopped.code).toBe(3);
  expect(stopped.stderr).toMatch(/^Stopped .*failed\.csv could not be written: EISDIR, then resume the run/m);
  expect(stopped.stderr).not.toMatch(/ at .*:\d+:\d+/);

  await rm(join(workplace.runDir, 'failed.csv'), { recursive: true });
  const calls = await standIn.size();
  expect((await resume()).code).toBe(1);
  expect(workplace.json('summary.json')).toMatchObject({ byStatus: { succeeded: 5, failed: 1 } });
  expect(await standIn.size()).toBe(calls + 1);
});

describe('resume refuses with exit 2 and sends no password', () => {
  test('a run that is under way, naming its pid', async () => {
    const program = await start(...onRedis());
    await calledAtLeast(3);
    const second = await resume();
    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toContain(String(program.pid));
    program.kill('SIGINT');
    expect((await program.result).code).toBe(130);
  });

  test('a run that has finished, and says where its result is', async () => {
    await workplace.write('users.csv', csvOf(users(2)));
    expect((await (await start(...onRedis())).result).code).toBe(0);
    const calls = await standIn.size();
    const resumed = await resume();
    expect(resumed).toMatchObject({ code: 2, stdout: '' });
    expect(resumed.stderr).toMatch(/finished.*summary\.json/);
    expect(await standIn.size()).toBe(calls);
  });

  test('another file of the same size, and another key', async () => {
    await standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
    expect((await (await start(...onRedis())).result).code).toBe(3);
    await standIn.setFaults([]);
    const calls = await standIn.size();

    await workplace.write('users.csv', csvOf(users(ROWS)).replace('user-7\n', 'user-8\n'));
    const otherFile = await resume();
    expect(otherFile.code).toBe(2);
    expect(otherFile.stderr).toMatch(/users\.csv is not the file.*SHA-256.*Put it back/);

    await workplace.write('users.csv', csvOf(users(ROWS)));
    await workplace.write('run/run.key', Buffer.alloc(32, 5));
    const otherKey = await resume();
    expect(otherKey.code).toBe(2);
    expect(otherKey.stderr).toMatch(/key is not the one of this run/);
    expect(await standIn.size()).toBe(calls);
  });
});
