import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import bullmq from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { readRunRecord } from '../../src/run/record.js';
import { createWorkplace, type Workplace } from '../cli/workplace.js';
import { type RunningProgram, startProgram } from '../support/program.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';

/** What somebody who can write to the Redis of a run can make of it. */

const POOL = 'eu-west-1_Hostile';
const ROWS = 40;
const ADMIN = 'break-glass-admin';
const calls = { attempts: 1, throttles: 0, startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '' };

let standIn: StandIn;
let workplace: Workplace;
let redis: Redis;
let run: RunningProgram;
let prefix: string;

beforeAll(async () => {
  const generated = { pattern: 'user-%d', count: ROWS };
  standIn = await startStandIn({ pools: [{ id: POOL, generated, users: [ADMIN] }] });
});
afterAll(() => standIn.close());

beforeEach(async () => {
  standIn.clear();
  standIn.setFaults([]);
  workplace = await createWorkplace();
  redis = new Redis(inject('redisUrl').replace('unix://', ''));
  const rows = Array.from({ length: ROWS }, (_, index) => `user-${index + 1},Password-of-${index + 1}\n`);
  await workplace.write('users.csv', `username,password\n${rows.join('')}`);
  // 10 calls a second, one at a time: the later rows can be got at before their call.
  const pace = ['--rate', '10', '--concurrency', '1'];
  run = await startProgram(
    [
      ...['run', 'users.csv', '--pool-id', POOL, '--password-column', 'password', '--yes', ...pace],
      ...['--run-dir', workplace.runDir, '--queue', inject('redisUrl')],
      ...['--endpoint-url', standIn.url, '--allow-http'],
    ],
    workplace.here,
  );
  await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 10 }).toBeGreaterThan(2);
  const { id } = await readRunRecord(join(workplace.runDir, 'run.json'));
  prefix = `{cognito-bulk-reset:${id}}:reset-user`;
});
afterEach(async () => {
  run.kill('SIGKILL');
  await run.result;
  redis.disconnect();
  await workplace.remove();
});

const keyOf = (row: number) => `${prefix}:row-${row}`;

async function changeJob(row: number, change: (data: Record<string, unknown>) => unknown): Promise<void> {
  const data: Record<string, unknown> = JSON.parse((await redis.hget(keyOf(row), 'data')) ?? '{}');
  await redis.hset(keyOf(row), 'data', JSON.stringify(change(data)));
}

/** As if a worker had done it, with the event that tells of it. */
async function complete(row: number, returnvalue: unknown): Promise<void> {
  const value = JSON.stringify(returnvalue);
  await redis.lrem(`${prefix}:wait`, 0, `row-${row}`);
  await redis.lrem(`${prefix}:paused`, 0, `row-${row}`);
  await redis.hset(keyOf(row), 'returnvalue', value, 'finishedOn', Date.now());
  await redis.zadd(`${prefix}:completed`, Date.now(), `row-${row}`);
  await tell(row, returnvalue);
}

async function tell(row: number, returnvalue: unknown): Promise<void> {
  const value = JSON.stringify(returnvalue);
  await redis.xadd(
    `${prefix}:events`,
    '*',
    'event',
    'completed',
    'jobId',
    `row-${row}`,
    'returnvalue',
    value,
  );
}

test('forged jobs, outcomes and events reset nobody else and put no untrue line into the report', async () => {
  const sealed: unknown = JSON.parse((await redis.hget(keyOf(20), 'data')) ?? '{}').sealed;
  await changeJob(21, (data) => ({ ...data, username: ADMIN }));
  await changeJob(22, (data) => ({ ...data, pool: 'eu-west-1_Other' }));
  await changeJob(23, (data) => ({ ...data, run: 'another-run' }));
  await changeJob(24, () => 'junk');
  await changeJob(25, (data) => ({ ...data, row: 26 }));
  await changeJob(26, (data) => ({ ...data, sealed }));
  await redis.hset(keyOf(27), 'data', '{"__proto__":{"polluted":true},"row":1e999,"username":"x"}');
  await redis.hset(keyOf(28), 'data', JSON.stringify({ username: 'x'.repeat(2_000_000) }));
  await complete(29, { outcome: { status: 'succeeded', calls }, code: '0'.repeat(64) });
  await complete(30, { status: 'succeeded', calls });
  // An outcome that a worker did sign, for another row.
  const signed: unknown = JSON.parse((await redis.hget(keyOf(1), 'returnvalue')) ?? '');
  await complete(31, signed);
  await tell(32, {
    outcome: { status: 'failed', error: 'UserNotFoundException', message: '' },
  });
  await redis.hset(keyOf(33), 'finishedOn', Date.now(), 'failedReason', 'forged');
  await redis.del(keyOf(34));
  // In no list, or where it would wait for ever.
  await redis.lrem(`${prefix}:wait`, 0, 'row-35');
  await redis.lrem(`${prefix}:wait`, 0, 'row-36');
  await redis.zadd(`${prefix}:delayed`, 1e15, 'row-36');
  for (const id of ['row-999999999', 'row-9007199254740993', 'of-nobody']) {
    await redis.hset(
      `${prefix}:${id}`,
      'name',
      'reset-user',
      'timestamp',
      1,
      'opts',
      '{}',
      'data',
      '{"username":"x"}',
    );
    await redis.lpush(`${prefix}:wait`, id);
  }

  const { code } = await run.result;
  expect(code).toBe(1);
  expect(standIn.appliedCount(ADMIN)).toBe(0);
  const report = workplace.report();
  expect(report).toHaveLength(ROWS);
  for (const { row, username, status, error } of report) {
    expect({ row, username, status, error }).toEqual({
      row,
      username: `user-${row}`,
      ...(row === '26' ? { status: 'failed', error: 'SealBroken' } : { status: 'succeeded', error: '' }),
    });
    // No line says "succeeded" of a user who was not reset.
    expect(standIn.appliedCount(username)).toBe(row === '26' ? 0 : 1);
  }
  const log = await readFile(join(workplace.runDir, 'run.log'), 'utf8');
  expect(log).toMatch(/"job":"row-21","msg":"a job in the queue was not made by this run; refused"/);
  expect(log).toMatch(/"row":29,"msg":"a job broke, or what it came to is not from a worker of this run/);
});

test('a stop that no worker of the run posted is not believed, and its text is shown to nobody', async () => {
  const board = prefix.replace(/reset-user$/, 'plan');
  const stop = { error: 'ExpiredTokenException', message: 'Sign in at https://evil.example', host: 'prod' };
  await redis.hset(`${board}:plan`, 'progress', JSON.stringify(stop));
  await redis.hset(`${board}:plan`, 'progress', JSON.stringify({ stop, code: '0'.repeat(64) }));
  const { code, stdout, stderr } = await run.result;
  expect(code).toBe(0);
  expect(stdout + stderr).not.toMatch(/evil/);
});

test('a row whose job is forged again and again stops the run, which resumes', async () => {
  // While the queue is paused no worker is faster.
  const queue = new bullmq.Queue('reset-user', {
    connection: redis,
    prefix: prefix.replace(':reset-user', ''),
  });
  await queue.pause();
  for (let times = 1; times <= 4; times += 1) {
    await expect.poll(() => redis.hexists(keyOf(20), 'finishedOn'), { interval: 5, timeout: 60_000 }).toBe(0);
    await complete(20, { status: 'succeeded', calls });
  }
  const { code, stderr } = await run.result;
  expect(code).toBe(3);
  expect(stderr).toMatch(/QueueTampered: The job of row 20 came back broken or forged 4 times/);
  const resumed = await startProgram(
    ['resume', workplace.runDir, '--queue', inject('redisUrl')],
    workplace.here,
  );
  expect((await resumed.result).code).toBe(0);
  expect(workplace.report().map(({ status }) => status)).toEqual(Array(ROWS).fill('succeeded'));
});
