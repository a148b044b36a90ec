import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { type RunningProgram, runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Cancel';
const ROWS = 400;

let standIn: SpawnedStandIn;
let workplace: Workplace;
let started: RunningProgram[];

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  started = [];
  await workplace.write('users.csv', csvOf(users(ROWS)));
  await standIn.clear();
  await standIn.setFaults([]);
});
afterEach(async () => {
  for (const program of started) program.kill('SIGKILL');
  await Promise.all(started.map(({ result }) => result));
  await workplace.remove();
});

const service = () => ['--endpoint-url', standIn.url, '--allow-http'];
async function start(...args: string[]): Promise<RunningProgram> {
  const program = await startProgram(args, workplace.here);
  started.push(program);
  return program;
}
const startRun = (...more: string[]) =>
  start(
    ...['run', 'users.csv', '--pool-id', POOL, '--yes', '--generate', '--quota', '1000', '--rate', '200'],
    ...[...service(), '--concurrency', '10', '--run-dir', workplace.runDir, ...more],
  );
const cancel = (...more: string[]) => runProgram(['cancel', workplace.runDir, ...more], workplace.here);
const calledAtLeast = (calls: number) =>
  expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(calls);

async function keysOf(run: string): Promise<string[]> {
  const client = new Redis(inject('redisUrl').replace('unix://', ''));
  try {
    return await client.keys(`*${run}*`);
  } finally {
    client.disconnect();
  }
}

const summarySchema = z.object({
  run: z.string(),
  byStatus: z.record(z.string(), z.number()),
  rows: z.number(),
});

/** Every row has one line, and none says what the pool did not do. */
async function expectWholeReport(rows = ROWS): Promise<Record<string, number>> {
  const lines = workplace.report();
  expect(lines.map(({ row }) => Number(row))).toEqual(Array.from({ length: rows }, (_, at) => at + 1));
  const applied = await standIn.appliedCounts();
  for (const { username, status, error } of lines) {
    if (error === 'OutcomeUnknown') continue;
    expect([username, status, applied[username] ?? 0]).toEqual([
      username,
      status,
      status === 'succeeded' ? 1 : 0,
    ]);
  }
  const summary = summarySchema.parse(workplace.json('summary.json'));
  expect(summary.rows).toBe(rows);
  expect(Object.values(summary.byStatus).reduce((sum, count) => sum + count, 0)).toBe(rows);
  expect(await keysOf(summary.run)).toEqual([]);
  expect(workplace.has('queue')).toBe(false);
  return summary.byStatus;
}

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: (): string[] => ['--queue', inject('redisUrl')] },
])('with the queue on $queue', ({ flags }) => {
  test('a stopped run that is cancelled has a line for every row, its summary and failed.csv, and nothing of its queue is left', async () => {
    await standIn.setFaults([
      { username: 'user-60', action: { kind: 'error', name: 'AccessDeniedException' } },
    ]);
    expect((await (await startRun(...flags())).result).code).toBe(3);
    const before = await readFile(join(workplace.runDir, 'report.csv'));
    const called = await standIn.size();

    const result = await cancel();
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toMatch(/unprocessed +\d+[^]*RunCancelled[^]*Cancelled +\d{4}-/);
    const byStatus = await expectWholeReport();
    expect(byStatus.succeeded).toBeGreaterThan(50);
    expect(byStatus.unprocessed).toBeGreaterThan(200);
    expect(await standIn.size()).toBe(called);
    const after = await readFile(join(workplace.runDir, 'report.csv'));
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    const failed = await readFile(join(workplace.runDir, 'failed.csv'), 'utf8');
    expect(failed).toMatch(/^username,error\n/);
    expect(failed).toMatch(/^user-400,RunCancelled$/m);
    const page = await readFile(join(workplace.runDir, 'report.html'), 'utf8');
    expect(page).toContain('The run was cancelled at');
    expect((await runProgram(['status', workplace.runDir], workplace.here)).stdout).toMatch(
      /State +cancelled/,
    );

    for (const command of ['resume', 'cancel']) {
      const again = await runProgram([command, workplace.runDir], workplace.here);
      expect(again.code).toBe(2);
      expect(again.stderr).toMatch(/^cognito-bulk-reset: The run .*summary\.json\.\n$/);
    }
  });

  test('a killed run that is cancelled says what the pool did: outcomes that were in the queue, and calls whose answer nobody heard', async () => {
    // Nothing is lined, as the first row has no outcome, and all that came after it is in the queue.
    await standIn.setFaults([{ username: 'user-1', action: { kind: 'hang-after-apply' } }]);
    const run = await startRun(...flags());
    await calledAtLeast(100);
    run.kill('SIGKILL');
    await run.result;
    expect(workplace.report()).toEqual([]);

    expect((await cancel('--json')).code).toBe(0);
    const byStatus = await expectWholeReport();
    const lines = workplace.report();
    expect(lines[0]).toMatchObject({
      status: 'failed',
      error: 'OutcomeUnknown',
      message: expect.stringMatching(/when a worker had this row, .*: the password may have been set\.$/),
    });
    // Some had waited for their turn at the pacer, so no place says that a call was sent.
    const page = await readFile(join(workplace.runDir, 'report.html'), 'utf8');
    expect(page).toContain('The call may have been sent');
    expect(page).not.toContain('was sent and');
    expect(byStatus.succeeded).toBeGreaterThan(80);
    // The calls in flight and no more.
    expect(byStatus.failed).toBeLessThanOrEqual(10);
    expect(byStatus.unprocessed).toBeGreaterThan(200);
    expect(existsSync(join(workplace.runDir, 'run.lock'))).toBe(false);
  });

  test('a live run ends between users, says why, and then all of its rows have their lines', async () => {
    await standIn.setFaults([{ action: { kind: 'latency', ms: 60 } }]);
    const run = await startRun('--json', ...flags());
    await calledAtLeast(60);
    const result = await cancel('--json');
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/under way in process \d+ on .+: ending it\.\n$/);
    expect(JSON.parse(result.stdout)).toMatchObject({ status: 'cancelled', rows: ROWS });
    const ended = await run.result;
    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'handed over' });
    expect(ended.stderr).toMatch(/cancelled from another terminal/);
    expect(ended.stderr).not.toMatch(/resume/);
    const { succeeded, failed } = await expectWholeReport();
    expect(succeeded).toBeGreaterThan(50);
    // Nobody was left in doubt.
    expect(failed).toBe(0);
  });
});

test('workers elsewhere finish their calls before a run is cancelled, their outcomes are lined, and they end with 0', async () => {
  await standIn.setFaults([{ action: { kind: 'latency', ms: 300 } }]);
  const queue = ['--queue', inject('redisUrl')];
  const run = await startRun(...queue);
  await calledAtLeast(5);
  const worker = await start(
    'worker',
    '--run',
    workplace.runDir,
    '--concurrency',
    '20',
    ...service(),
    ...queue,
  );
  await worker.waitForStderr(/taking part/);
  await calledAtLeast(60);
  // Only the worker is left to say what became of its calls.
  run.kill('SIGKILL');
  await run.result;
  expect((await cancel()).code).toBe(0);
  expect((await worker.result).code).toBe(0);
  const { failed } = await expectWholeReport();
  expect(failed).toBeLessThanOrEqual(10);
});

test('a cancel that is killed half way is done again', async () => {
  const rows = 30_000;
  await workplace.write('users.csv', csvOf(users(rows)));
  await standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
  expect((await (await startRun('--queue', inject('redisUrl'))).result).code).toBe(3);
  const first = await start('cancel', workplace.runDir);
  await expect.poll(() => workplace.report().length, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
  first.kill('SIGKILL');
  await first.result;
  expect(workplace.has('summary.json')).toBe(false);
  const again = await cancel('--json');
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout).byStatus).toMatchObject({ unprocessed: rows });
  await expectWholeReport(rows);
});

test('a cancelled run with recipients says where their passwords are, and that a key from elsewhere is left', async () => {
  const keyFile = join(workplace.path, 'a.key');
  await writeFile(keyFile, Buffer.alloc(32, 7), { mode: 0o600 });
  const here = { ...workplace.here, env: { COGNITO_BULK_RESET_KEY_FILE: keyFile } };
  await standIn.setFaults([
    { username: 'user-60', action: { kind: 'error', name: 'AccessDeniedException' } },
  ]);
  const recipient = await identityToRecipient(await generateX25519Identity());
  const args = ['run', 'users.csv', '--pool-id', POOL, '--yes', '--generate', '--recipient', recipient];
  const more = [
    '--queue',
    inject('redisUrl'),
    '--run-dir',
    workplace.runDir,
    '--quota',
    '1000',
    '--rate',
    '200',
  ];
  expect((await runProgram([...args, ...more, ...service()], here)).code).toBe(3);
  const { code, stdout, stderr } = await runProgram(['cancel', workplace.runDir], here);
  expect(code).toBe(0);
  expect(stdout).toContain(join(workplace.runDir, 'credentials.csv.age'));
  expect(workplace.has('credentials.csv.age')).toBe(true);
  expect(stderr).toBe(
    'warning: the key was given by COGNITO_BULK_RESET_KEY_FILE and is still there: destroy it where it is\n',
  );
});
