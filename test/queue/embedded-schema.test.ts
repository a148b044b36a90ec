import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, Queue, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { QueueBackend } from '../../src/queue/backend.js';
import { queueLocation } from '../../src/queue/location.js';
import { openBackend } from '../../src/queue/open-backend.js';

const TOKEN = 'token';

describe('the embedded queue does by shorter statements what BullMQ’s own do', () => {
  let parent: string;
  let backend: QueueBackend;
  let queue: Queue;
  /** Takes jobs only when asked. */
  let worker: Worker;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'queue-'));
    const options = { runId: 'schema', directory: join(parent, 'queue'), onError: () => undefined };
    backend = await openBackend(queueLocation(undefined), options);
    queue = backend.queue('work');
    worker = backend.worker('work', async () => undefined, { autorun: false });
  });
  afterEach(() => queue.obliterate({ force: true }));
  afterAll(async () => {
    await backend.destroy();
    await rm(parent, { recursive: true, force: true });
  });

  const named = (...ids: string[]) => ids.map((jobId) => ({ name: 'job', data: { jobId }, opts: { jobId } }));

  async function taken(): Promise<Job> {
    const job = await worker.getNextJob(TOKEN, { block: false });
    if (job === undefined) throw new Error('no job waits');
    return job;
  }

  /** Finishes a job and answers the id of the one that was claimed with it. */
  async function finish(job: Job, token = TOKEN): Promise<string | undefined> {
    const next = await job.moveToCompleted('done', token, true);
    return Array.isArray(next) && next[1] !== '' ? next[1] : undefined;
  }

  test('a finished job keeps its result, and the next one is claimed with it, in the order in which they were added', async () => {
    await queue.addBulk(named('a', 'b', 'c'));
    const first = await taken();
    expect(first).toMatchObject({ id: 'a', data: { jobId: 'a' } });
    expect(await finish(first)).toBe('b');
    const [a, b] = await Promise.all([queue.getJob('a'), queue.getJob('b')]);
    expect(a).toMatchObject({ returnvalue: 'done', attemptsMade: 1, attemptsStarted: 1 });
    expect(b).toMatchObject({ attemptsMade: 0, attemptsStarted: 1 });
    expect(await queue.getJobCounts('completed', 'active', 'waiting')).toEqual({
      completed: 1,
      active: 1,
      waiting: 1,
    });
  });

  test('a job added twice is there once', async () => {
    await queue.addBulk(named('a', 'b'));
    await queue.addBulk(named('b', 'c', 'c'));
    const waiting = await queue.getJobs(['waiting']);
    expect(new Set(waiting.map(({ id }) => id))).toEqual(new Set(['a', 'b', 'c']));
    expect(waiting).toHaveLength(3);
  });

  test('a job goes before others by its priority and by being the last in, and gets an id if it has none', async () => {
    await queue.addBulk([
      { name: 'job', data: {}, opts: { jobId: 'late', priority: 2 } },
      ...named('first'),
      { name: 'job', data: {}, opts: { jobId: 'last in', lifo: true } },
    ]);
    await queue.addBulk([{ name: 'without', data: {} }]);
    const first = await taken();
    expect(first.id).toBe('last in');
    expect(await finish(first)).toBe('first');
    const second = await queue.getJob('first');
    expect(second && (await finish(second))).toMatch(/^\d+$/);
  });

  test('a job whose lock is another’s is not finished, and one that is gone is said to be', async () => {
    await queue.addBulk(named('a', 'b'));
    const job = await taken();
    await expect(finish(job, 'of another')).rejects.toThrow(/lock/i);
    expect(await queue.getJobCounts('completed', 'waiting')).toEqual({ completed: 0, waiting: 1 });
    await finish(job);
    await expect(finish(job)).rejects.toThrow(/not in the active state|lock/i);
  });

  test('a paused queue gives no job, and goes on when it is resumed', async () => {
    await queue.addBulk(named('a', 'b'));
    const job = await taken();
    await queue.pause();
    expect(await finish(job)).toBeUndefined();
    await queue.resume();
    expect((await taken()).id).toBe('b');
  });

  test('a job that is not to be kept is gone when it is finished, and one that is delayed comes in its time', async () => {
    await queue.addBulk([
      { name: 'job', data: {}, opts: { jobId: 'a', removeOnComplete: true } },
      { name: 'job', data: {}, opts: { jobId: 'b', delay: 1_000 } },
    ]);
    const job = await taken();
    expect(job.id).toBe('a');
    expect(await finish(job)).toBeUndefined();
    expect(await queue.getJob('a')).toBeUndefined();
    await expect.poll(async () => (await worker.getNextJob(TOKEN, { block: false }))?.id).toBe('b');
  });
});
