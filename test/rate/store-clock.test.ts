import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStoreClock } from '../../src/rate/store-clock.js';

const delay = fc.double({ min: 0, max: 500, noNaN: true });
const exchange = fc.record({ pause: delay, there: delay, back: delay });

test('is never ahead of the store, and behind it by no more than the fastest answer took', () => {
  const exchanges = fc.array(exchange, { minLength: 1, maxLength: 50 });
  const offset = fc.double({ min: -1e12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(exchanges, offset, (each, storeAhead) => {
      let local = 0;
      const clock = createStoreClock(() => local);
      let fastest = Number.POSITIVE_INFINITY;
      for (const { pause, there, back } of each) {
        const sentAt = local + pause;
        local = sentAt + there + back;
        clock.learn(sentAt + there + storeAhead, sentAt, local);
        fastest = Math.min(fastest, back);
        const behind = local + storeAhead - clock.now();
        // Doubles near 1e12 have steps of a tenth of a microsecond.
        expect(behind).toBeGreaterThan(-0.01);
        expect(behind).toBeLessThan(fastest + 0.01);
      }
    }),
  );
});

test('what rounding makes of an answer is no contradiction', () => {
  let local = 0;
  const clock = createStoreClock(() => local);
  clock.learn(0.1 + 0.2, 0, 0);
  local = 500;
  // It was asked at once, to the last digit, and read half a second later.
  clock.learn(0.3, 0, 500);
  expect(clock.now()).toBeGreaterThan(500);
});

test('an answer that was slow to come does not set it back', () => {
  let local = 0;
  const clock = createStoreClock(() => local);
  clock.learn(5_000, 0, 1);
  local = 1_000;
  // The store said 5,900 at 900; the answer was read a hundred milliseconds later.
  clock.learn(5_900, 899, 1_000);
  expect(clock.now()).toBe(5_999);
});

test.each([-3_600_000, 3_600_000])('follows the store when its clock is set by %d ms', (by) => {
  let local = 10;
  const clock = createStoreClock(() => local);
  clock.learn(1_000_000, 0, 10);
  local = 20;
  clock.learn(1_000_010 + by, 15, 20);
  expect(Math.abs(clock.now() - (1_000_010 + by))).toBeLessThan(10);
});
