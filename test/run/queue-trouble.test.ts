import { cpSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Redis as Client } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, csvOf, users, type Workplace } from '../cli/workplace.js';
import { runProgram, startProgram } from '../support/program.js';
import { type Redis, startRedis } from '../support/redis.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';

const ROWS = 300;

let standIn: SpawnedStandIn;
let workplace: Workplace;
let pool: string;
let pools = 0;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(ROWS)));
  await standIn.clear();
  await standIn.setFaults([{ action: { kind: 'latency', ms: 50 } }]);
  // A history in which a second password for a user would be told from the same one again.
  pool = `eu-west-1_Trouble${(pools += 1)}`;
  const policy = { PasswordHistorySize: 24 };
  await standIn.addPool({ id: pool, policy, generated: { pattern: 'user-%d', count: ROWS } });
});
afterEach(() => workplace.remove());

const service = () => ['--endpoint-url', standIn.url, '--allow-http'];
const start = (...more: string[]) =>
  startProgram(
    [
      ['run', 'users.csv', '--pool-id', pool, '--yes', '--generate', '--quota', '1000', '--rate', '100'],
      ['--run-dir', workplace.runDir, '--json', ...service(), ...more],
    ].flat(),
    workplace.here,
  );
const resume = (path = workplace.runDir) => runProgram(['resume', path, '--json'], workplace.here);
const calledAtLeast = (calls: number) =>
  expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(calls);
const allSucceeded = { rows: ROWS, byStatus: { succeeded: ROWS } };

/** One line a row, in order, each true; and nobody was given two passwords. */
async function expectAllDone(): Promise<void> {
  expect(workplace.report().map(({ username, status }) => [username, status])).toEqual(
    users(ROWS).map((name) => [name, 'succeeded']),
  );
  const passwords = new Map<string, Set<string>>();
  for (const { username, passwordHash } of await standIn.calls({ operation: 'AdminSetUserPassword' }))
    passwords.set(username, (passwords.get(username) ?? new Set()).add(passwordHash));
  expect([...passwords.values()].filter(({ size }) => size !== 1)).toEqual([]);
}

describe('on Redis', () => {
  let redis: Redis;
  let client: Client;
  beforeEach(async () => {
    redis = await startRedis({ appendonly: 'always' });
    client = new Client({ path: redis.socketPath, retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on('error', () => undefined);
  });
  afterEach(async () => {
    client.disconnect();
    await redis.stop();
  });
  const queue = () => ['--queue', redis.url];

  test('a Redis that is killed is waited for, the terminal says so, and the run goes on when it is back', async () => {
    const run = await start('--plain', ...queue());
    await calledAtLeast(30);
    await redis.kill();
    await run.waitForStderr(/waiting: the queue does not answer/);
    const calls = await standIn.size();
    await redis.restart();
    await calledAtLeast(calls + 20);
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(allSucceeded);
    await expectAllDone();
  });

  test('a queue that loses all of its jobs under a live run is filled again from the report’s last line on', async () => {
    const run = await start('--quiet', ...queue());
    await calledAtLeast(50);
    await client.flushall();
    expect((await run.result).code).toBe(0);
    await expectAllDone();
  });

  test('a queue that lost its jobs between a kill and resume is filled again, and nobody with a line is called', async () => {
    const run = await start('--quiet', ...queue());
    await calledAtLeast(80);
    run.kill('SIGKILL');
    await run.result;
    const written = new Set(workplace.report().map(({ username }) => username));
    const calls = await standIn.size();
    await client.flushall();
    expect((await resume()).code).toBe(0);
    await expectAllDone();
    expect((await standIn.calls()).slice(calls).filter(({ username }) => written.has(username))).toEqual([]);
  });

  test('one of three workers killed: its rows go to the others, each has its one line, and no error is told', async () => {
    const run = await start('--quiet', ...queue());
    await calledAtLeast(5);
    const workers = await Promise.all(
      [1, 2, 3].map(() =>
        startProgram(['worker', '--run', workplace.runDir, ...queue(), ...service()], workplace.here),
      ),
    );
    await Promise.all(workers.map((worker) => worker.waitForStderr(/taking part/)));
    workers[1]?.kill('SIGKILL');
    const { code, stderr } = await run.result;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/stopped|error/i);
    await expectAllDone();
    await Promise.all(workers.map(({ result }) => result));
  });

  test('a worker that stands still past its locks sends nothing more for its rows and writes no outcome over another’s', async () => {
    const run = await start('--quiet', '--concurrency', '4', ...queue());
    await calledAtLeast(5);
    const worker = await startProgram(
      ['worker', '--run', workplace.runDir, '--concurrency', '40', ...queue(), ...service()],
      workplace.here,
    );
    await worker.waitForStderr(/taking part/);
    await calledAtLeast(80);
    process.kill(worker.pid, 'SIGSTOP');
    const { code } = await run.result;
    expect(code).toBe(0);
    const calls = await standIn.size();
    process.kill(worker.pid, 'SIGCONT');
    expect((await worker.result).code).toBe(0);
    await expectAllDone();
    expect(await standIn.size()).toBe(calls);
  });
});

test('a Redis that evicts, or keeps no append-only file, is named at start with what it puts at risk', async () => {
  const redis = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
  const { stderr, code } = await (await start('--quiet', '--rate', '900', '--queue', redis.url)).result;
  await redis.stop();
  expect(code).toBe(0);
  expect(stderr).toMatch(/warning: .*maxmemory-policy allkeys-lru.*called twice/);
  expect(stderr).toMatch(/warning: .*no append-only file.*called again/);
});

describe('the embedded queue', () => {
  test('a copy of the run directory, taken at the moment of a kill, resumes', async () => {
    const run = await start('--quiet');
    await calledAtLeast(80);
    process.kill(run.pid, 'SIGSTOP');
    const copy = join(workplace.path, 'copy');
    cpSync(workplace.runDir, copy, { recursive: true });
    run.kill('SIGKILL');
    await run.result;
    const { code, stdout } = await resume(copy);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(allSucceeded);
  });

  test('one that can’t be opened any more is made anew, which is said, and no row is lost', async () => {
    const run = await start('--quiet');
    await calledAtLeast(80);
    run.kill('SIGKILL');
    await run.result;
    const queue = join(workplace.runDir, 'queue');
    truncateSync(join(queue, 'global', 'pg_control'), 0);
    for (const file of readdirSync(join(queue, 'pg_wal'))) {
      if (/^[0-9A-F]{24}$/.test(file)) truncateSync(join(queue, 'pg_wal', file), 100);
    }
    const { code, stderr } = await resume();
    expect(stderr).toMatch(/warning: the embedded queue could not be opened and was made anew/);
    expect(code).toBe(0);
    await expectAllDone();
    expect(workplace.has('queue')).toBe(false);
    expect(workplace.has('queue.broken')).toBe(false);
  });
});
