import { expect, test } from 'vitest';
import { createHeldLocks } from '../../src/run/held-locks.js';

test('a lock is sure until its time is over by either clock: a stopped process and a laptop that slept both notice', () => {
  const clock = { monotonic: 0, wall: 1_000_000 };
  const locks = createHeldLocks(10_000, [() => clock.monotonic, () => clock.wall]);
  expect(locks.isSure('row-1', 'a')).toBe(false);
  locks.taken('row-1', 'a', locks.now());
  clock.monotonic += 9_999;
  clock.wall += 9_999;
  expect(locks.isSure('row-1', 'a')).toBe(true);
  clock.wall += 1; // It slept: the monotonic clock stood still.
  expect(locks.isSure('row-1', 'a')).toBe(false);
  locks.extended('row-1', 'a', locks.now());
  expect(locks.isSure('row-1', 'a')).toBe(true);
  clock.wall -= 3_600_000; // The clock was set back.
  clock.monotonic += 10_000;
  expect(locks.isSure('row-1', 'a')).toBe(false);
  locks.extended('row-1', 'a', locks.now());
  expect(locks.isSure('row-1', 'a')).toBe(true);
  locks.forget('row-1', 'a');
  expect(locks.isSure('row-1', 'a')).toBe(false);
});

test('a job that is taken again by who still had it in hand is held once: by the last taking, whatever becomes of the first', () => {
  let now = 0;
  const locks = createHeldLocks(10_000, [() => now]);
  const sure = () => ['first', 'again'].filter((token) => locks.isSure('row-1', token));
  locks.taken('row-1', 'first', locks.now());
  locks.taken('row-1', 'again', locks.now());
  expect(sure()).toEqual(['again']);
  // What is heard late of the first lock says nothing of the other.
  now += 10_000;
  locks.extended('row-1', 'first', locks.now());
  expect(sure()).toEqual([]);
  locks.extended('row-1', 'again', locks.now());
  expect(sure()).toEqual(['again']);
  locks.forget('row-1', 'first');
  expect(sure()).toEqual(['again']);
  locks.forget('row-1', 'again');
  expect(sure()).toEqual([]);
});

test('a lock counts from when it was asked for: what is heard of it after it has ended holds nothing', () => {
  let now = 0;
  const locks = createHeldLocks(10_000, [() => now]);
  const asked = locks.now();
  now += 10_000;
  locks.taken('row-1', 'a', asked);
  expect(locks.isSure('row-1', 'a')).toBe(false);
  locks.extended('row-1', 'a', locks.now(9_999));
  expect(locks.isSure('row-1', 'a')).toBe(true);
  locks.extended('row-1', 'a', asked);
  expect(locks.isSure('row-1', 'a')).toBe(false);
});

test('a lock that is extended after its job has ended is not held', () => {
  const locks = createHeldLocks(10_000, [() => 0]);
  locks.taken('row-1', 'a', locks.now());
  locks.forget('row-1', 'a');
  locks.extended('row-1', 'a', locks.now());
  expect(locks.isSure('row-1', 'a')).toBe(false);
});
