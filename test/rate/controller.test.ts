import { describe, expect, test } from 'vitest';
import type { QuotaOptions } from '../support/stand-in/options.js';
import { createQuota } from '../support/stand-in/quota.js';
import { type Latency, recoveredAfter, simulate, throttledShare, usedOf } from './simulation.js';

const MINUTES_3 = 180;
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const NEAR: Latency = { least: 20, most: 40 };
const USUAL: Latency = { least: 60, most: 260 };
const SLOW: Latency = { least: 500, most: 1_500 };

const KINDS: [string, (limit: number) => QuotaOptions][] = [
  ['in any sliding second', (limit) => ({ kind: 'sliding', limit })],
  ['as a token bucket', (limit) => ({ kind: 'token-bucket', rate: limit, burst: limit })],
  ['in each second of a clock', (limit) => ({ kind: 'fixed-window', limit })],
];

describe.each(KINDS)('a quota %s', (_, quotaOf) => {
  test('that is the rate itself is used to 97 %, and not one call is throttled', () => {
    for (const seed of SEEDS) {
      const quota = createQuota(quotaOf(30));
      const calls = simulate({ quota, limit: 30, seconds: MINUTES_3, seed, latency: USUAL });
      expect(usedOf(calls, 0, MINUTES_3, 30)).toBeGreaterThan(0.97);
      expect(throttledShare(calls, 0)).toBe(0);
    }
  });

  test.each([
    { allowed: 5, limit: 30 },
    { allowed: 5, limit: 20 },
    { allowed: 10, limit: 20 },
    { allowed: 15, limit: 30 },
    { allowed: 60, limit: 200 },
  ])(
    'of $allowed that nobody told us of is found at a rate of $limit: 90 % used, under 1 in 100 throttled after ten seconds',
    ({ allowed, limit }) => {
      for (const latency of [NEAR, USUAL]) {
        for (const seed of SEEDS) {
          const quota = createQuota(quotaOf(allowed));
          const calls = simulate({ quota, limit, seconds: MINUTES_3, seed, latency });
          expect(usedOf(calls, 10, MINUTES_3, allowed)).toBeGreaterThan(0.9);
          expect(throttledShare(calls, 10)).toBeLessThan(0.01);
        }
      }
    },
  );

  test('of which a neighbour takes half for a minute is left to it, and taken back within 15 s', () => {
    for (const latency of [NEAR, USUAL]) {
      for (const seed of SEEDS) {
        const stays = 60 + seed;
        const quota = createQuota(quotaOf(30));
        quota.setNeighbour({ rate: 15, afterMs: 30_000, forMs: stays * 1_000 }, 0);
        const calls = simulate({ quota, limit: 30, seconds: MINUTES_3, seed, latency });
        const left = 30 + stays;
        expect(usedOf(calls, 0, MINUTES_3, 30 - (15 * stays) / MINUTES_3)).toBeGreaterThan(0.9);
        expect(usedOf(calls, 30, left, 15)).toBeGreaterThan(0.9);
        expect(recoveredAfter(calls, left, 0.9 * 30)).toBeLessThan(15);
        expect(throttledShare(calls, 10)).toBeLessThan(0.01);
      }
    }
  });

  test('answered after 0.5 to 1.5 s only, with as many more calls under way, is found too: under 1 in 50 throttled', () => {
    for (const seed of SEEDS) {
      const quota = createQuota(quotaOf(10));
      const calls = simulate({ quota, limit: 20, seconds: MINUTES_3, seed, latency: SLOW });
      expect(usedOf(calls, 10, MINUTES_3, 10)).toBeGreaterThan(0.9);
      expect(throttledShare(calls, 10)).toBeLessThan(0.02);
    }
  });
});
