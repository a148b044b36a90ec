import { expect, test } from 'vitest';
import { queueLocation } from '../../src/queue/location.js';
import { openBackend } from '../../src/queue/open-backend.js';
import { removeQueue } from '../../src/run/remove-queue.js';
import { startRedis } from '../support/redis.js';

test('a Redis that is gone keeps no run from its end: its queue is left there', async () => {
  const redis = await startRedis();
  const backend = await openBackend(queueLocation(redis.url), {
    runId: 'gone',
    directory: undefined,
    onError: () => undefined,
  });
  await backend.queue('work').add('job', {});
  await redis.stop();
  expect(await removeQueue(backend)).toBe('it does not answer');
});
