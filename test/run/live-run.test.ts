import type { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import { memoryPaceStore } from '../../src/rate/pace-store.js';
import { createPacer } from '../../src/rate/pacer.js';
import { createHold } from '../../src/run/live-run.js';

test('a pause that could be done by half only is no pause and no run: either is done when it is asked for', async () => {
  let queuePaused = false;
  const queue: Pick<Queue, 'pause' | 'resume'> = {
    pause: async () => void (queuePaused = true),
    resume: async () => void (queuePaused = false),
  };
  const store = memoryPaceStore();
  let isAway = false;
  const swap: typeof store.swap = async (...args) => {
    if (isAway) throw new Error('Connection terminated unexpectedly');
    return store.swap(...args);
  };
  const hold = createHold(queue as Queue, { passwords: createPacer({ ...store, swap }, 20) });
  isAway = true;
  await expect(hold.pause()).rejects.toThrow();
  isAway = false;
  expect(queuePaused).toBe(true);
  // As `attend` asks whether there is something to do.
  expect(hold.paused()).not.toBe(false);
  expect(hold.paused()).not.toBe(true);
  await hold.proceed();
  expect([hold.paused(), queuePaused]).toEqual([false, false]);
});
