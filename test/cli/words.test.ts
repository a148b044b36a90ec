import { afterEach, expect, test, vi } from 'vitest';
import { clockTime } from '../../src/cli/words.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['America/Los_Angeles', '2026-11-28 23:30'],
  ['Asia/Tokyo', '2026-11-29 16:30'],
])('the day beside a time is that of the same clock, in %s', (zone, told) => {
  vi.stubEnv('TZ', zone);
  const at = new Date('2026-11-29T07:30:00Z');
  expect(clockTime(at, new Date('2026-11-26T07:00:00Z'))).toBe(told);
  expect(clockTime(at, at)).toBe(told.slice(11));
});
