import { Redis as Client } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { type Redis, startRedis } from '../support/redis.js';
import { createTrouble, type Trouble } from './trouble.js';

let trouble: Trouble;
let redis: Redis;
let client: Client;

beforeEach(async () => {
  redis = await startRedis({ appendonly: 'always' });
  client = new Client({ path: redis.socketPath });
  trouble = await createTrouble({ rows: 400, latency: 50 });
});
afterEach(async () => {
  client.disconnect();
  await trouble.end();
  await redis.stop();
});

test('Ctrl-C leaves a run and a worker whose queue fell silent, which both say so; resume goes on when it is back', async () => {
  const queue = ['--queue', redis.url];
  const run = await trouble.start('--plain', ...queue);
  await trouble.calledAtLeast(20);
  const worker = await trouble.startWorker(...queue);
  await trouble.calledAtLeast(60);
  // Stopped, and not dead: its connections stand, and carry nothing.
  process.kill(redis.pid, 'SIGSTOP');
  await Promise.all([
    run.waitForStderr(/waiting: the queue does not answer/),
    worker.waitForStderr(/the queue does not answer/),
  ]);
  run.kill('SIGINT');
  worker.kill('SIGTERM');
  const ends = await Promise.all([run.result, worker.result]);
  expect(ends.map(({ code }) => code)).toEqual([130, 130]);
  expect(ends[0].stderr).toMatch(/nothing is lost\. Go on with:\n {2}cognito-bulk-reset resume/);
  process.kill(redis.pid, 'SIGCONT');
  expect((await trouble.resume()).code).toBe(0);
  await trouble.expectAllDone();
});

test('a queue that loses all it had keeps its workers: the run posts its plan again, and they go on with it', async () => {
  const queue = ['--queue', redis.url];
  const run = await trouble.start('--quiet', '--concurrency', '2', ...queue);
  await trouble.calledAtLeast(5);
  const worker = await trouble.startWorker('--concurrency', '40', ...queue);
  await trouble.calledAtLeast(40);
  const outcomes = () => worker.stderr.match(/"status"/g)?.length ?? 0;
  await client.flushall();
  const before = outcomes();
  await expect.poll(outcomes, { timeout: 60_000 }).toBeGreaterThan(before + 100);
  const [{ code }, { code: workersCode }] = await Promise.all([run.result, worker.result]);
  expect([code, workersCode]).toEqual([0, 0]);
  await trouble.expectAllDone();
  await expect.poll(() => client.dbsize(), { timeout: 60_000 }).toBe(0);
});

describe('through a network that breaks', () => {
  let proxy: Proxy;
  beforeEach(async () => {
    proxy = await startProxy(redis.socketPath);
  });
  afterEach(() => proxy.close());
  const queue = () => ['--queue', `unix://${proxy.socketPath}`];

  test('a host that has slept finds its connections dead, makes new ones, and the run goes on', async () => {
    const run = await trouble.start('--plain', ...queue());
    await trouble.calledAtLeast(20);
    const worker = await trouble.startWorker(...queue());
    await trouble.calledAtLeast(60);
    proxy.forgetConnections();
    const [{ code, stderr }, { code: workersCode }] = await Promise.all([run.result, worker.result]);
    expect([code, workersCode]).toEqual([0, 0]);
    expect(stderr).toMatch(/waiting: the queue does not answer/);
    await trouble.expectAllDone();
  });

  test('after a failover the run goes on with the replica that became the primary, though the old one still answers', async () => {
    const [port, replicaPort] = [await freePort(), await freePort()];
    const primary = await startRedis({
      args: ['--port', String(port), '--repl-diskless-sync-delay', '0'],
    });
    const replica = await startRedis({
      args: ['--port', String(replicaPort), '--replicaof', `127.0.0.1 ${port}`],
    });
    const [old, next] = [primary, replica].map(({ socketPath }) => new Client({ path: socketPath }));
    try {
      await expect
        .poll(() => next?.info('replication'), { timeout: 60_000 })
        .toMatch(/master_link_status:up/);
      proxy.target = primary.socketPath;
      const run = await trouble.start('--quiet', ...queue());
      await trouble.calledAtLeast(20);
      const worker = await trouble.startWorker(...queue());
      await trouble.calledAtLeast(60);
      await next?.replicaof('NO', 'ONE');
      proxy.target = replica.socketPath;
      await old?.replicaof('127.0.0.1', replicaPort);
      const codes = await Promise.all([run.result, worker.result]);
      expect(codes.map(({ code }) => code)).toEqual([0, 0]);
      await trouble.expectAllDone();
      // What a worker writes before it sees that the run has ended goes by itself.
      await expect.poll(() => next?.dbsize(), { timeout: 60_000 }).toBe(0);
    } finally {
      old?.disconnect();
      next?.disconnect();
      await Promise.all([primary.stop(), replica.stop()]);
    }
  });
});
