import fc from 'fast-check';
import { expect, test } from 'vitest';
import { discardedPassword } from '../../src/password/discard.js';
import { brokenRule } from '../../src/password/policy.js';
import { anyPolicy } from './arbitraries.js';

test('a discarded password fits every policy that a pool can have', () => {
  fc.assert(
    fc.property(anyPolicy, (policy) => {
      expect(brokenRule(policy, discardedPassword())).toBeUndefined();
    }),
  );
  expect(discardedPassword().reveal().length).toBeGreaterThanOrEqual(99);
});

test('a discarded password holds at least 256 random bits, and is another one each time', () => {
  const random = discardedPassword().reveal().slice(4);
  expect(Buffer.from(random, 'base64url').length * 8).toBeGreaterThanOrEqual(256);
  expect(new Set(Array.from({ length: 1000 }, () => discardedPassword().reveal())).size).toBe(1000);
});
