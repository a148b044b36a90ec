import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withCommas } from '../../src/with-commas.js';

test('a number is written as Intl writes it, without the cost of Intl', () => {
  const number = fc.oneof(fc.maxSafeInteger(), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
  fc.assert(
    fc.property(number, fc.integer({ min: 0, max: 3 }), (value, decimals) => {
      const intl = value.toLocaleString('en-US', { maximumFractionDigits: decimals });
      // Intl keeps the sign of what it rounds to nothing.
      expect(withCommas(value, decimals)).toBe(intl.replace(/^-0$/, '0'));
    }),
    { numRuns: 2_000 },
  );
});
