import { expect, test } from 'vitest';
import { createHeldLocks } from '../../src/run/held-locks.js';

test('a lock is sure until its time is over by either clock: a stopped process and a laptop that slept both notice', () => {
  const clock = { monotonic: 0, wall: 1_000_000 };
  const locks = createHeldLocks(10_000, [() => clock.monotonic, () => clock.wall]);
  expect(locks.isSure('row-1')).toBe(false);
  locks.held('row-1');
  clock.monotonic += 9_999;
  clock.wall += 9_999;
  expect(locks.isSure('row-1')).toBe(true);
  clock.wall += 1; // It slept: the monotonic clock stood still.
  expect(locks.isSure('row-1')).toBe(false);
  locks.held('row-1');
  expect(locks.isSure('row-1')).toBe(true);
  clock.wall -= 3_600_000; // The clock was set back.
  clock.monotonic += 10_000;
  expect(locks.isSure('row-1')).toBe(false);
  locks.held('row-1');
  locks.forget('row-1');
  expect(locks.isSure('row-1')).toBe(false);
});
