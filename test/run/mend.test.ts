import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queue } from 'bullmq';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { openOutcome, signOutcome } from '../../jobs/authentic.js';
import { jobIdOf } from '../../jobs/job-id.js';
import { RESET_USER } from '../../jobs/reset-user.js';
import type { Outcome } from '../../src/outcome.js';
import type { QueueBackend } from '../../src/queue/backend.js';
import { RunKey } from '../../src/password/run-key.js';
import { queueLocation } from '../../src/queue/location.js';
import { openBackend } from '../../src/queue/open-backend.js';
import { createMender } from '../../src/run/mend.js';
import { jobOf, type PendingRow } from '../../src/run/rows.js';

const RUN = 'mend';
const KEY = new RunKey(new Uint8Array(32).fill(3));
const ROW = 1;
const OUTCOME: Outcome = {
  status: 'succeeded',
  calls: { attempts: 1, throttles: 0, startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '' },
};

const rowInQueue = (): PendingRow => ({
  ...{ row: ROW, line: 2, username: 'user-1', addedAt: Date.now() },
  ...{ added: true, heard: false, mended: 0 },
  data: { run: RUN, pool: 'eu-west-1_Mend', row: ROW, username: 'user-1' },
});

describe.each([
  { store: 'the embedded queue', url: () => undefined },
  { store: 'Redis', url: () => inject('redisUrl') },
])('on $store', ({ url }) => {
  let directory: string;
  let backend: QueueBackend;
  let queue: Queue;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mend-'));
    const place = { runId: `mend-${process.pid}`, directory: join(directory, 'queue') };
    backend = await openBackend(queueLocation(url()), { ...place, onError: () => undefined });
    queue = backend.queue(RESET_USER);
  });
  afterEach(async () => {
    await backend.destroy();
    await rm(directory, { recursive: true, force: true });
  });

  const add = async (known: PendingRow) => {
    const { name, data, opts } = jobOf(KEY, known, backend.jobOptions(100));
    await queue.add(name, data, opts);
  };
  const mender = (put: (row: number, outcome: Outcome) => void) =>
    createMender({
      queue,
      jobOptions: backend.jobOptions(100),
      key: KEY,
      log: pino({ level: 'silent' }),
      outcomeIn: (row, value) => openOutcome(KEY, { run: RUN, row }, value),
      put,
      onStop: ({ message }) => expect.unreachable(message),
    });

  test('a job that ends while it is looked at is not taken for broken: it is done once, and its outcome counts', async () => {
    const known = rowInQueue();
    let done = 0;
    const called = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    backend.worker(
      RESET_USER,
      async () => {
        done += 1;
        called.resolve();
        await answered.promise;
        return signOutcome(KEY, { run: RUN, row: ROW }, OUTCOME);
      },
      { concurrency: 1 },
    );
    await add(known);
    await called.promise;

    const getJob = queue.getJob.bind(queue);
    queue.getJob = async (id) => {
      const job = await getJob(id);
      answered.resolve();
      await expect.poll(() => queue.getJobState(id)).toBe('completed');
      return job;
    };
    const put: Outcome[] = [];
    const mend = mender((_row, outcome) => put.push(outcome));
    await mend(known);

    expect(put).toEqual([OUTCOME]);
    expect(await queue.getJobState(jobIdOf(ROW))).toBe('completed');
    expect(done).toBe(1);
  });

  test('of two looks at a forged outcome only one puts the job into the queue again', async () => {
    const known = rowInQueue();
    const forger = backend.worker(RESET_USER, () => Promise.resolve('forged'), { concurrency: 1 });
    await add(known);
    await expect.poll(() => queue.getJobState(jobIdOf(ROW))).toBe('completed');
    await forger.pause();
    const mend = mender(() => expect.unreachable('a forged outcome counts'));
    expect(await Promise.all([mend(known), mend(known)])).toEqual([true, false]);
    expect(await queue.getJobState(jobIdOf(ROW))).toBe('waiting');
    expect(known.mended).toBe(1);
  });
});
