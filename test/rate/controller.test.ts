import { describe, expect, test } from 'vitest';
import { createQuota } from '../support/stand-in/quota.js';
import type { QuotaOptions } from '../support/stand-in/options.js';
import { simulate, throttledShare, usedOf } from './simulation.js';

const MINUTES_3 = 180;
const SEEDS = [1, 2, 3, 4, 5];

describe.each<[string, QuotaOptions]>([
  ['in any sliding second', { kind: 'sliding', limit: 30 }],
  ['as a token bucket', { kind: 'token-bucket', rate: 30, burst: 30 }],
  ['in each second of a clock', { kind: 'fixed-window', limit: 30 }],
])('a quota of 30 %s', (_, options) => {
  test.each(SEEDS)('is used to 90 % and more, and not one call is throttled (seed %i)', (seed) => {
    const calls = simulate({ quota: createQuota(options), limit: 30, seconds: MINUTES_3, seed });
    expect(usedOf(calls, 0, MINUTES_3, 30)).toBeGreaterThan(0.9);
    expect(throttledShare(calls, 0)).toBe(0);
  });
});

describe.each<[string, QuotaOptions]>([
  ['in any sliding second', { kind: 'sliding', limit: 5 }],
  ['as a token bucket', { kind: 'token-bucket', rate: 5, burst: 5 }],
  ['in each second of a clock', { kind: 'fixed-window', limit: 5 }],
])('a quota of 5 that nobody told us of, %s, at a limit of 20', (_, options) => {
  test.each(SEEDS)(
    'is found: 90 % used, under 1 in 100 throttled after the first ten seconds (seed %i)',
    (seed) => {
      const calls = simulate({ quota: createQuota(options), limit: 20, seconds: MINUTES_3, seed });
      expect(usedOf(calls, 10, MINUTES_3, 5)).toBeGreaterThan(0.9);
      expect(throttledShare(calls, 10)).toBeLessThan(0.01);
    },
  );
});

describe.each<[string, QuotaOptions]>([
  ['in any sliding second', { kind: 'sliding', limit: 30 }],
  ['as a token bucket', { kind: 'token-bucket', rate: 30, burst: 30 }],
  ['in each second of a clock', { kind: 'fixed-window', limit: 30 }],
])('a neighbour who takes half of a quota of 30 for a minute, %s', (_, options) => {
  test.each(SEEDS)('is yielded to and recovered from within 15 s (seed %i)', (seed) => {
    const quota = createQuota(options);
    quota.setNeighbour({ rate: 15, afterMs: 30_000, forMs: 60_000 }, 0);
    const calls = simulate({ quota, limit: 30, seconds: MINUTES_3, seed });
    const whole = usedOf(calls, 0, MINUTES_3, 1) / ((30 * 30 + 60 * 15 + 90 * 30) / MINUTES_3);
    expect(whole).toBeGreaterThan(0.9);
    expect(usedOf(calls, 30, 90, 15)).toBeGreaterThan(0.85);
    expect(usedOf(calls, 105, 120, 30)).toBeGreaterThan(0.95);
    expect(throttledShare(calls, 10)).toBeLessThan(0.01);
  });
});
