import { cpSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis as Client } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Redis, startRedis } from '../support/redis.js';
import { createTrouble, type Trouble } from './trouble.js';

let trouble: Trouble;
beforeEach(async () => {
  trouble = await createTrouble({ rows: 300, latency: 50 });
});
afterEach(() => trouble.end());

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
    const run = await trouble.start('--plain', ...queue());
    await trouble.calledAtLeast(30);
    await redis.kill();
    await run.waitForStderr(/waiting: the queue does not answer/);
    const calls = await trouble.standIn.size();
    await redis.restart();
    await trouble.calledAtLeast(calls + 20);
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 300, byStatus: { succeeded: 300 } });
    await trouble.expectAllDone();
  });

  test('a Redis that is away for longer than a lock lasts: nobody is called twice once it is back', async () => {
    const run = await trouble.start('--quiet', '--rate', '30', '--concurrency', '80', ...queue());
    await trouble.calledAtLeast(60);
    await redis.kill();
    await sleep(11_000);
    const calls = await trouble.standIn.size();
    await redis.restart();
    expect((await run.result).code).toBe(0);
    await trouble.expectAllDone();
    const sinceItIsBack = (await trouble.standIn.calls()).slice(calls).map(({ username }) => username);
    expect(sinceItIsBack.length).toBeGreaterThan(150);
    expect(sinceItIsBack.filter((name, n) => sinceItIsBack.indexOf(name) !== n)).toEqual([]);
  });

  test('calls under way when Redis goes for longer than a lock lasts: who has their answers sends none of them again', async () => {
    const { standIn } = trouble;
    await standIn.setFaults([{ action: { kind: 'latency', ms: 500 } }]);
    const run = await trouble.start('--quiet', '--rate', '40', '--concurrency', '80', ...queue());
    await trouble.calledAtLeast(60);
    await redis.kill();
    await sleep(11_000);
    await redis.restart();
    expect((await run.result).code).toBe(0);
    await trouble.expectAllDone();
    expect(await standIn.calls({ operation: 'AdminSetUserPassword' })).toHaveLength(trouble.rows);
  });

  test('a queue that loses all of its jobs under a live run is filled again from the report’s last line on', async () => {
    const run = await trouble.start('--quiet', ...queue());
    await trouble.calledAtLeast(50);
    await client.flushall();
    expect((await run.result).code).toBe(0);
    await trouble.expectAllDone();
  });

  test('a queue that lost its jobs between a kill and resume is filled again, and nobody with a line is called', async () => {
    const run = await trouble.start('--quiet', ...queue());
    await trouble.calledAtLeast(80);
    run.kill('SIGKILL');
    await run.result;
    const written = new Set(trouble.workplace.report().map(({ username }) => username));
    const calls = await trouble.standIn.size();
    await client.flushall();
    expect((await trouble.resume()).code).toBe(0);
    await trouble.expectAllDone();
    expect(
      (await trouble.standIn.calls()).slice(calls).filter(({ username }) => written.has(username)),
    ).toEqual([]);
  });

  test('a queue that lost its jobs before the first line was written: calls whose answers were lost count as done', async () => {
    // No line before that of row 1, whose answer takes long.
    const { standIn } = trouble;
    await standIn.setFaults([
      { username: 'user-1', first: 1, action: { kind: 'latency', ms: 60_000 } },
      { action: { kind: 'latency', ms: 20 } },
    ]);
    const run = await trouble.start('--quiet', ...queue());
    await trouble.calledAtLeast(60);
    run.kill('SIGKILL');
    await run.result;
    expect(trouble.workplace.report()).toEqual([]);
    await client.flushall();
    expect((await trouble.resume()).code).toBe(0);
    await trouble.expectAllDone();
  });

  test('one of three workers killed: its rows go to the others, each has its one line, and no error is told', async () => {
    const run = await trouble.start('--quiet', ...queue());
    await trouble.calledAtLeast(5);
    const workers = await Promise.all([1, 2, 3].map(() => trouble.startWorker(...queue())));
    workers[1]?.kill('SIGKILL');
    const { code, stderr } = await run.result;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/stopped|error/i);
    await trouble.expectAllDone();
    await Promise.all(workers.map(({ result }) => result));
  });

  test('a worker that stands still past its locks sends nothing more for its rows and writes no outcome over another’s', async () => {
    const run = await trouble.start('--quiet', '--concurrency', '4', ...queue());
    await trouble.calledAtLeast(5);
    const worker = await trouble.startWorker('--concurrency', '40', ...queue());
    await trouble.calledAtLeast(80);
    process.kill(worker.pid, 'SIGSTOP');
    const { code } = await run.result;
    expect(code).toBe(0);
    const calls = await trouble.standIn.size();
    process.kill(worker.pid, 'SIGCONT');
    expect((await worker.result).code).toBe(0);
    await trouble.expectAllDone();
    // What was stopped between its last look and the socket may still leave.
    expect((await trouble.standIn.size()) - calls).toBeLessThan(8);
  });
});

test('a Redis that evicts, or keeps no append-only file, is named at start with what it puts at risk', async () => {
  const redis = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
  const { stderr, code } = await (
    await trouble.start('--quiet', '--rate', '900', '--queue', redis.url)
  ).result;
  await redis.stop();
  expect(code).toBe(0);
  expect(stderr).toMatch(/warning: .*maxmemory-policy allkeys-lru.*called twice/);
  expect(stderr).toMatch(/warning: .*no append-only file.*called again/);
});

describe('the embedded queue', () => {
  test('a copy of the run directory, taken at the moment of a kill, resumes', async () => {
    const run = await trouble.start('--quiet');
    await trouble.calledAtLeast(80);
    process.kill(run.pid, 'SIGSTOP');
    const copy = join(trouble.workplace.path, 'copy');
    cpSync(trouble.workplace.runDir, copy, { recursive: true });
    run.kill('SIGKILL');
    await run.result;
    const { code, stdout } = await trouble.resume(copy);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 300, byStatus: { succeeded: 300 } });
  });

  test('one that can’t be opened any more is made anew, which is said, and no row is lost', async () => {
    const run = await trouble.start('--quiet');
    await trouble.calledAtLeast(80);
    run.kill('SIGKILL');
    await run.result;
    const queue = join(trouble.workplace.runDir, 'queue');
    truncateSync(join(queue, 'global', 'pg_control'), 0);
    for (const file of readdirSync(join(queue, 'pg_wal'))) {
      if (/^[0-9A-F]{24}$/.test(file)) truncateSync(join(queue, 'pg_wal', file), 100);
    }
    const { code, stderr } = await trouble.resume();
    expect(stderr).toMatch(/warning: the embedded queue could not be opened and was made anew/);
    expect(code).toBe(0);
    await trouble.expectAllDone();
    expect(trouble.workplace.has('queue')).toBe(false);
    expect(trouble.workplace.has('queue.broken')).toBe(false);
  });
});
