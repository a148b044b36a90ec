import { Redis as Client } from 'ioredis';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { openBackend } from '../../src/queue/open-backend.js';
import type { QueueBackend } from '../../src/queue/backend.js';
import { queueLocation } from '../../src/queue/location.js';
import { UsageError } from '../../src/usage-error.js';
import { redisClient } from '../support/redis-client.js';
import { startRedis } from '../support/redis.js';
import { hearByEvents, workThrough } from './queue-work.js';

const JOBS = 40;
const cleanUps: (() => unknown)[] = [];
let opened = 0;

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function open(url: string | undefined, runId?: string): Promise<QueueBackend & { directory: string }> {
  const parent = await mkdtemp(join(tmpdir(), 'queue-'));
  cleanUps.push(() => rm(parent, { recursive: true, force: true }));
  const directory = join(parent, 'queue');
  opened += 1;
  const backend = await openBackend(queueLocation(url), {
    runId: runId ?? `queue-${process.pid}-${opened}`,
    directory,
    onError: () => undefined,
  });
  return { ...backend, directory };
}

/** Listens on any free port. */
async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const twice = Object.fromEntries(
  Array.from({ length: JOBS }, (_, index) => [`row-${index + 1}`, { twice: 2 * (index + 1) }]),
);

describe('the embedded queue', () => {
  test('does jobs, keeps them over a reopening, and leaves no directory after destroy', async () => {
    const backend = await open(undefined);
    expect(backend.shared).toBe(false);
    expect(await workThrough(backend, JOBS)).toEqual(twice);
    await backend.close();

    const again = await openBackend(queueLocation(undefined), {
      runId: 'again',
      directory: backend.directory,
      onError: () => undefined,
    });
    const job = await again.queue('work').getJob('row-7');
    expect(job?.returnvalue).toEqual({ twice: 14 });
    await again.destroy();
    expect(existsSync(backend.directory)).toBe(false);
  });

  test('forgets finished jobs of rows that have their lines, and only those', async () => {
    const backend = await open(undefined);
    cleanUps.push(backend.destroy);
    await workThrough(backend, JOBS);
    const queue = backend.queue('work');
    await backend.forgetFinished(queue, Date.now() - 3_600_000);
    expect(await queue.getCompletedCount()).toBe(JOBS);
    // In the millisecond of the last one it would be too early.
    await sleep(5);
    await backend.forgetFinished(queue, Date.now());
    expect(await queue.getCompletedCount()).toBe(0);
  });

  test('keeps what finished after the clock was set back: it seems older than rows that have no line yet', async () => {
    const backend = await open(undefined);
    cleanUps.push(backend.destroy);
    const addedAt = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(
      () => Math.trunc(performance.timeOrigin + performance.now()) - 3_600_000,
    );
    cleanUps.push(() => vi.restoreAllMocks());
    await workThrough(backend, JOBS);
    const queue = backend.queue('work');
    await backend.forgetFinished(queue, addedAt);
    expect(await queue.getCompletedCount()).toBe(JOBS);
  });

  test('mixes up no statements of several connections, however many reads each takes', async () => {
    const backend = await open(undefined);
    cleanUps.push(backend.destroy);
    const text = 'x'.repeat(1_000);
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(
      names.map((name) =>
        backend
          .queue(name)
          .addBulk(
            Array.from({ length: 200 }, (_, row) => ({ name: 'job', data: { name, row, text }, opts: {} })),
          ),
      ),
    );
    for (const name of names) {
      const jobs = await backend.queue(name).getJobs(['waiting'], 0, -1, true);
      expect(jobs.map(({ data }) => data)).toEqual(
        Array.from({ length: 200 }, (_, row) => ({ name, row, text })),
      );
    }
  });

  test('takes no more of the disk for the second thousand of rows than for the first', async () => {
    const backend = await open(undefined);
    cleanUps.push(backend.destroy);
    const megabytesAfter = async (name: string) => {
      await workThrough(backend, 1_000, name);
      const queue = backend.queue(name);
      await sleep(5);
      for (let times = 0; times < 4; times += 1) await backend.forgetFinished(queue, Date.now());
      return sizeOf(backend.directory) / 1e6;
    };
    const first = await megabytesAfter('first');
    // It was 0.4 MB more; without the tidying 1.9.
    expect((await megabytesAfter('second')) - first).toBeLessThan(1);
  });
});

function sizeOf(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

describe('Redis', () => {
  const keysOf = async (pattern: string) => {
    const client = redisClient();
    const keys = await client.keys(pattern);
    client.disconnect();
    return keys;
  };

  test('does jobs, tells other processes by events, and leaves no key after destroy', async () => {
    const runId = `destroyed-${process.pid}`;
    const backend = await open(inject('redisUrl'), runId);
    expect(backend.shared).toBe(true);
    expect(await workThrough(backend, JOBS)).toEqual(twice);
    expect(await hearByEvents(backend)).toEqual({ jobId: 'row-by-event', returnvalue: { twice: 42 } });
    const store = backend.paceStore('AdminSetUserPassword');
    await store.swap(0, { next: 0, rate: 1, since: 0, ceiling: 1, strikes: 0, putOff: 0, pausedUntil: 0 });
    const pattern = `*${runId}*`;
    expect((await keysOf(pattern)).length).toBeGreaterThan(3);
    await backend.destroy();
    expect(await keysOf(pattern)).toEqual([]);
  });

  test('one run’s destroy touches no other run’s keys, and its jobs are nobody else’s', async () => {
    const [one, other] = [`neighbour-${process.pid}`, `neighbour-${process.pid}-2`];
    const first = await open(inject('redisUrl'), one);
    const second = await open(inject('redisUrl'), other);
    cleanUps.push(second.destroy);
    await first.queue('work').add('job', { row: 1 }, { jobId: 'row-1' });
    await second.queue('work').add('job', { row: 2 }, { jobId: 'row-1' });
    await first.destroy();
    expect((await second.queue('work').getJob('row-1'))?.data).toEqual({ row: 2 });
  });

  test('no connection is hung up twice, which would keep the process for two seconds', async () => {
    const hungUp = vi.spyOn(Client.prototype, 'disconnect');
    cleanUps.push(() => hungUp.mockRestore());
    const backend = await open(inject('redisUrl'));
    await workThrough(backend, JOBS);
    await backend.destroy();
    await backend.close();
    expect(hungUp.mock.contexts.length).toBeGreaterThan(0);
    expect(new Set(hungUp.mock.contexts).size).toBe(hungUp.mock.contexts.length);
  });

  test('keeps no more finished jobs than two windows', async () => {
    const backend = await open(inject('redisUrl'));
    cleanUps.push(backend.destroy);
    expect(backend.jobOptions(2_000)).toMatchObject({ removeOnComplete: { count: 4_000 } });
  });

  test('names what a Redis that evicts and has no append-only file puts at risk', async () => {
    const redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    cleanUps.push(redis.stop);
    const backend = await open(redis.url);
    cleanUps.push(backend.close);
    expect(await backend.warnings()).toEqual([
      expect.stringMatching(/maxmemory-policy allkeys-lru.*Set it to noeviction/),
      expect.stringMatching(/append-only.*Set appendonly yes/),
    ]);
  });

  test('has nothing to say about a Redis that keeps everything', async () => {
    const redis = await startRedis({ appendonly: 'everysec', args: ['--maxmemory-policy', 'noeviction'] });
    cleanUps.push(redis.stop);
    const backend = await open(redis.url);
    cleanUps.push(backend.close);
    expect(await backend.warnings()).toEqual([]);
  });

  test('takes the password of the URL, and says when it is wrong without showing it', async () => {
    const redis = await startRedis();
    cleanUps.push(redis.stop);
    const server = createServer();
    const port = await portOf(server);
    await new Promise((resolve) => server.close(resolve));
    const admin = new Client(redis.socketPath);
    await admin.config('SET', 'port', port);
    await admin.config('SET', 'requirepass', 'hunter2-right');
    admin.disconnect();

    const backend = await open(`redis://:hunter2-right@127.0.0.1:${port}`);
    expect(await workThrough(backend, JOBS)).toEqual(twice);
    await backend.destroy();
    const wrong = open(`redis://:hunter2-wrong@127.0.0.1:${port}`);
    await expect(wrong).rejects.toThrow(/WRONGPASS/);
    await expect(wrong).rejects.toThrow(/^(?!.*hunter2)/);
    await expect(open(`redis://127.0.0.1:${port}`)).rejects.toThrow(/NOAUTH/);
  });
});

describe('a queue that does not answer is said within seconds', () => {
  const refusal = async (url: string) => {
    const begun = performance.now();
    const error = await open(url).catch((thrown: unknown) => thrown);
    return { error, seconds: (performance.now() - begun) / 1_000 };
  };

  test.each([
    ['redis://:hunter2@127.0.0.1:1', 'Redis'],
    ['unix:///nonexistent/redis.sock', 'Redis'],
    ['postgres://me:hunter2@127.0.0.1:1/db', 'server'],
  ])('%s', async (url, what) => {
    const { error, seconds } = await refusal(url);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(/does not answer \(.+\)/);
    expect(String(error)).toContain(what);
    expect(String(error)).not.toContain('hunter2');
    expect(seconds).toBeLessThan(10);
  });

  test('a port that takes the connection and never says a word', async () => {
    const server = createServer();
    cleanUps.push(() => server.close());
    const port = await portOf(server);
    const { error, seconds } = await refusal(`redis://127.0.0.1:${port}`);
    expect(error).toBeInstanceOf(UsageError);
    expect(seconds).toBeLessThan(10);
  });
});

test('runs of one queue see each other as long as they say that they are under way; what is no note is passed over', async () => {
  const note = { pool: 'eu-west-1_One', region: 'eu-west-1', rate: 20, host: 'here' };
  const [one, other] = [await open(inject('redisUrl')), await open(inject('redisUrl'))];
  const [first, second] = [`${process.pid}-one`, `${process.pid}-other`];
  const seenBy = async (backend: QueueBackend, run: string) =>
    (await backend.neighbours?.meet({ ...note, run }))?.filter((seen) => [first, second].includes(seen.run));
  expect(await seenBy(one, first)).toEqual([]);
  expect(await seenBy(other, second)).toEqual([{ ...note, run: first }]);
  const client = redisClient();
  await client.hset('cognito-bulk-reset:runs', 'forged', '99999999999999 {"run":1}');
  await client.hset('cognito-bulk-reset:runs', second, `1 ${JSON.stringify({ ...note, run: second })}`);
  expect(await seenBy(one, first)).toEqual([]);
  expect(await seenBy(other, second)).toEqual([{ ...note, run: first }]);
  await one.neighbours?.leave(first);
  expect(await seenBy(other, second)).toEqual([]);
  await client.hdel('cognito-bulk-reset:runs', 'forged', second);
  client.disconnect();
});
