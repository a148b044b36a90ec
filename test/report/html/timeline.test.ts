import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countTimeline } from '../../../src/report/html/timeline.js';

const START = Date.parse('2026-11-23T20:15:00.000Z');
const HOUR = 3_600;

function timelineOf(seconds: readonly number[]) {
  const counter = countTimeline();
  for (const second of seconds) {
    const startedAt = new Date(START + second * 1000).toISOString();
    counter.add({ attempts: 1, startedAt, failed: false });
  }
  return counter.timeline();
}

test('a user is counted once, at the first call, however many calls followed; times between are kept', () => {
  const counter = countTimeline();
  const at = (second: number) => new Date(START + second * 1000 + 999).toISOString();
  counter.add({ attempts: 7, startedAt: at(3), failed: true });
  counter.add({ attempts: 1, startedAt: at(0), failed: false });
  counter.add({ attempts: 0, startedAt: undefined, failed: true });
  counter.add({ attempts: 1, startedAt: 'no time', failed: true });
  expect(counter.timeline()).toEqual({
    start: START,
    step: 1,
    buckets: [
      { users: 1, failures: 0 },
      { users: 0, failures: 0 },
      { users: 0, failures: 0 },
      { users: 1, failures: 1 },
    ],
  });
});

test('the steps are ones to read off, whatever the time of the run', () => {
  expect(timelineOf([])).toBeUndefined();
  const steps = [0, 60, 200, HOUR, 14 * HOUR, 24 * 7 * HOUR, 24 * 365 * HOUR].map(
    (last) => timelineOf([0, last])?.step,
  );
  expect(steps).toEqual([1, 1, 2, 60, 600, 7_200, 4 * 24 * HOUR]);
});

test('no user is lost or moved to another time, in whichever order and over years', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200 * 24 * HOUR), { minLength: 1, maxLength: 300 }), (seconds) => {
      const timeline = timelineOf(seconds);
      if (timeline === undefined) return false;
      const { start, step, buckets } = timeline;
      const expected = buckets.map(
        (_, index) =>
          seconds.filter((second) => {
            const time = START / 1000 + second;
            return time >= start / 1000 + index * step && time < start / 1000 + (index + 1) * step;
          }).length,
      );
      expect(buckets.map(({ users }) => users)).toEqual(expected);
      return buckets.length <= 120 && expected.reduce((sum, users) => sum + users, 0) === seconds.length;
    }),
  );
});

test('a run of a million seconds takes no more memory than thousands of buckets', () => {
  const counter = countTimeline();
  for (let second = 0; second < 1_000_000; second += 7)
    counter.add({ attempts: 1, startedAt: new Date(START + second * 1000).toISOString(), failed: false });
  const timeline = counter.timeline();
  expect(timeline?.step).toBe(10_800);
  expect(timeline?.buckets.reduce((sum, { users }) => sum + users, 0)).toBe(Math.ceil(1_000_000 / 7));
});
