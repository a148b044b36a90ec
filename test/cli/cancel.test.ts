import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Redis } from 'ioredis';
import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Cancel';
const ROWS = 400;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }],
  users: users(ROWS),
});

const startRun = (...more: string[]) =>
  scene.start(
    scene.runOn(POOL, '--generate', '--quota', '1000', '--rate', '200', '--concurrency', '10', ...more),
  );
const cancel = (...more: string[]) => scene.run(['cancel', scene.workplace.runDir, ...more]);

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
  const lines = scene.workplace.report();
  expect(lines.map(({ row }) => Number(row))).toEqual(Array.from({ length: rows }, (_, at) => at + 1));
  const applied = await scene.standIn.appliedCounts();
  for (const { username, status, error } of lines) {
    if (error === 'OutcomeUnknown') continue;
    expect([username, status, applied[username] ?? 0]).toEqual([
      username,
      status,
      status === 'succeeded' ? 1 : 0,
    ]);
  }
  const summary = summarySchema.parse(scene.workplace.json('summary.json'));
  expect(summary.rows).toBe(rows);
  expect(Object.values(summary.byStatus).reduce((sum, count) => sum + count, 0)).toBe(rows);
  expect(await keysOf(summary.run)).toEqual([]);
  expect(scene.workplace.has('queue')).toBe(false);
  return summary.byStatus;
}

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: (): string[] => ['--queue', inject('redisUrl')] },
])('with the queue on $queue', ({ flags }) => {
  test('a stopped run that is cancelled has a line for every row, its summary and failed.csv, and nothing of its queue is left', async () => {
    await scene.standIn.setFaults([
      { username: 'user-60', action: { kind: 'error', name: 'AccessDeniedException' } },
    ]);
    expect((await (await startRun(...flags())).result).code).toBe(3);
    const before = await readFile(join(scene.workplace.runDir, 'report.csv'));
    const called = await scene.standIn.size();

    const result = await cancel();
    expect([result.code, result.stderr]).toEqual([0, '']);
    const paused = await scene.run(['pause', scene.workplace.runDir]);
    expect([paused.code, paused.stderr]).toEqual([2, expect.stringContaining('The run was cancelled: ')]);
    expect(result.stdout).toMatch(/unprocessed +\d+[^]*RunCancelled[^]*Cancelled +\d{4}-/);
    const byStatus = await expectWholeReport();
    expect(byStatus.succeeded).toBeGreaterThan(50);
    expect(byStatus.unprocessed).toBeGreaterThan(200);
    expect(await scene.standIn.size()).toBe(called);
    const after = await readFile(join(scene.workplace.runDir, 'report.csv'));
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    const failed = await readFile(join(scene.workplace.runDir, 'failed.csv'), 'utf8');
    expect(failed).toMatch(/^username,error\n/);
    expect(failed).toMatch(/^user-400,RunCancelled$/m);
    const page = await readFile(join(scene.workplace.runDir, 'report.html'), 'utf8');
    expect(page).toContain('The run was cancelled at');
    expect((await scene.run(['status', scene.workplace.runDir])).stdout).toMatch(/State +cancelled/);

    for (const command of ['resume', 'cancel']) {
      const again = await scene.run([command, scene.workplace.runDir]);
      expect(again.code).toBe(2);
      expect(again.stderr).toMatch(/^cognito-bulk-reset: The run .*summary\.json\.\n$/);
    }
  });

  test('a killed run that is cancelled says what the pool did: outcomes that were in the queue, and calls whose answer nobody heard', async () => {
    // Nothing is lined, as the first row has no outcome, and all that came after it is in the queue.
    await scene.standIn.setFaults([{ username: 'user-1', action: { kind: 'hang-after-apply' } }]);
    const run = await startRun(...flags());
    await scene.calledAtLeast(100);
    run.kill('SIGKILL');
    await run.result;
    expect(scene.workplace.report()).toEqual([]);

    expect((await cancel('--json')).code).toBe(0);
    const byStatus = await expectWholeReport();
    const lines = scene.workplace.report();
    expect(lines[0]).toMatchObject({
      status: 'failed',
      error: 'OutcomeUnknown',
      message: expect.stringMatching(/when a worker had this row, .*: the password may have been set\.$/),
    });
    // Some had waited for their turn at the pacer, so no place says that a call was sent.
    const page = await readFile(join(scene.workplace.runDir, 'report.html'), 'utf8');
    expect(page).toContain('The call may have been sent');
    expect(page).not.toContain('was sent and');
    expect(byStatus.succeeded).toBeGreaterThan(80);
    // The calls in flight and no more.
    expect(byStatus.failed).toBeLessThanOrEqual(10);
    expect(byStatus.unprocessed).toBeGreaterThan(200);
    expect(existsSync(join(scene.workplace.runDir, 'run.lock'))).toBe(false);
  });

  test('a live run ends between users, says why, and then all of its rows have their lines', async () => {
    await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 60 } }]);
    const run = await startRun('--json', ...flags());
    await scene.calledAtLeast(60);
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
  await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 300 } }]);
  const queue = ['--queue', inject('redisUrl')];
  const run = await startRun(...queue);
  await scene.calledAtLeast(5);
  const service = [...scene.endpoint(), ...queue];
  const worker = await scene.start([
    'worker',
    '--run',
    scene.workplace.runDir,
    '--concurrency',
    '20',
    ...service,
  ]);
  await worker.waitForStderr(/taking part/);
  await scene.calledAtLeast(60);
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
  await scene.workplace.write('users.csv', csvOf(users(rows)));
  await scene.standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
  expect((await (await startRun('--queue', inject('redisUrl'))).result).code).toBe(3);
  const first = await scene.start(['cancel', scene.workplace.runDir]);
  await expect
    .poll(() => scene.workplace.report().length, { timeout: 60_000, interval: 5 })
    .toBeGreaterThan(0);
  first.kill('SIGKILL');
  await first.result;
  expect(scene.workplace.has('summary.json')).toBe(false);
  const again = await cancel('--json');
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout).byStatus).toMatchObject({ unprocessed: rows });
  await expectWholeReport(rows);
});

test('a cancelled run with recipients says where their passwords are, and that a key from elsewhere is left', async () => {
  const keyFile = join(scene.workplace.path, 'a.key');
  await writeFile(keyFile, Buffer.alloc(32, 7), { mode: 0o600 });
  const withKey = { env: { COGNITO_BULK_RESET_KEY_FILE: keyFile } };
  await scene.standIn.setFaults([
    { username: 'user-60', action: { kind: 'error', name: 'AccessDeniedException' } },
  ]);
  const recipient = await identityToRecipient(await generateX25519Identity());
  const more = ['--queue', inject('redisUrl'), '--quota', '1000', '--rate', '200'];
  const args = scene.runOn(POOL, '--generate', '--recipient', recipient, ...more);
  expect((await scene.run(args, withKey)).code).toBe(3);
  const { code, stdout, stderr } = await scene.run(['cancel', scene.workplace.runDir], withKey);
  expect(code).toBe(0);
  expect(stdout).toContain(join(scene.workplace.runDir, 'credentials.csv.age'));
  expect(scene.workplace.has('credentials.csv.age')).toBe(true);
  expect(stderr).toBe(
    'warning: the key was given by COGNITO_BULK_RESET_KEY_FILE and is still there: destroy it where it is\n',
  );
});
