import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createQuota } from './quota.js';
import { maxInWindow } from './sliding-maximum.js';

const everyMs = (step: number, untilMs: number): number[] =>
  Array.from({ length: Math.floor(untilMs / step) }, (_, index) => index * step);

describe('a sliding quota', () => {
  test('lets no more than its limit into any second, whatever comes when', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 200, noNaN: true })),
        fc.integer({ min: 1, max: 9 }),
        (gaps, limit) => {
          const quota = createQuota({ kind: 'sliding', limit });
          let now = 0;
          const times = gaps.map((gap) => {
            now += gap;
            return now;
          });
          const passed = Float64Array.from(times.filter((time) => quota.take(time)));
          expect(maxInWindow(passed, 1000)).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  test('gives all of it to one who asks all the time', () => {
    const quota = createQuota({ kind: 'sliding', limit: 30 });
    expect(everyMs(1, 10_000).filter((time) => quota.take(time))).toHaveLength(300);
  });
});

test('a token bucket lets its burst through at once and then its rate', () => {
  const quota = createQuota({ kind: 'token-bucket', rate: 10, burst: 40 });
  const passed = everyMs(1, 5000).filter((time) => quota.take(time));
  expect(passed.filter((time) => time < 50)).toHaveLength(40);
  expect(passed.length).toBeGreaterThanOrEqual(88);
  expect(passed.length).toBeLessThanOrEqual(90);
  const afterRest = everyMs(1, 50).filter((time) => quota.take(60_000 + time));
  expect(afterRest).toHaveLength(40);
});

test('a fixed window lets twice its limit through around its border', () => {
  const quota = createQuota({ kind: 'fixed-window', limit: 30 });
  const passed = everyMs(1, 2000)
    .map((time) => time + 900)
    .filter((time) => quota.take(time));
  expect(maxInWindow(Float64Array.from(passed), 1000)).toBe(60);
});

test('a neighbour takes a share of the quota while it is there, and gives it back', () => {
  const quota = createQuota({ kind: 'sliding', limit: 20 });
  quota.setNeighbour({ rate: 10, afterMs: 2000, forMs: 4000 }, 0);
  const passed = everyMs(50, 9000).filter((time) => quota.take(time));
  const inSecond = (second: number) =>
    passed.filter((time) => time >= second * 1000 && time < (second + 1) * 1000).length;
  expect(inSecond(1)).toBe(20);
  expect(inSecond(4)).toBe(10);
  expect(inSecond(8)).toBe(20);
});

test('a neighbour who is sent away takes nothing more', () => {
  const quota = createQuota({ kind: 'sliding', limit: 10 });
  quota.setNeighbour({ rate: 10 }, 0);
  quota.setNeighbour(undefined, 500);
  expect(everyMs(10, 1000).filter((time) => quota.take(1500 + time))).toHaveLength(10);
});
