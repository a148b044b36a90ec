import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBackend } from '../../src/queue/open-backend.js';
import { queueLocation } from '../../src/queue/location.js';
import { UsageError } from '../../src/usage-error.js';
import { createPacer } from '../../src/rate/pacer.js';
import { hearByEvents, workThrough } from './queue-work.js';
import { type RedisCluster, startRedisCluster } from './redis-cluster.js';

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

const open = (runId: string) =>
  openBackend(queueLocation(cluster.url), { runId, directory: undefined, onError: () => undefined });

test('a Redis Cluster does jobs, events, the pace and the warnings, and keeps no key after destroy', async () => {
  const backend = await open('on-a-cluster');
  expect(Object.keys(await workThrough(backend, 30))).toHaveLength(30);
  expect(await hearByEvents(backend)).toEqual({ jobId: 'row-by-event', returnvalue: { twice: 42 } });
  await createPacer(backend.paceStore('AdminSetUserPassword'), 100).turn(new AbortController().signal);
  expect(await backend.warnings()).toEqual([expect.stringMatching(/append-only/)]);
  expect(await cluster.client.dbsize()).toBeGreaterThan(3);
  await backend.destroy();
  expect(await cluster.client.dbsize()).toBe(0);
});

test('all keys of a run live in one slot, as BullMQ’s scripts need it', async () => {
  const backend = await open('one-slot');
  await workThrough(backend, 5);
  await createPacer(backend.paceStore('AdminSetUserPassword'), 100).turn(new AbortController().signal);
  const keys = await cluster.client.keys('*');
  const slots = await Promise.all(keys.map((key) => cluster.client.cluster('KEYSLOT', key)));
  expect(new Set(slots).size).toBe(1);
  await backend.destroy();
});

test('a cluster whose nodes can’t be reached from here is said within seconds', async () => {
  const behindNat = await startRedisCluster({ announced: '127.0.0.2' });
  const port = new URL(behindNat.url).port;
  try {
    const begun = performance.now();
    const opening = openBackend(queueLocation(behindNat.url), {
      runId: 'behind-nat',
      directory: undefined,
      onError: () => undefined,
    });
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(port);
    expect(performance.now() - begun).toBeLessThan(10_000);
  } finally {
    await behindNat.stop();
  }
});
