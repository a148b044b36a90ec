import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withCommas } from '../../src/with-commas.js';

test('a number is written as Intl writes it, without the cost of Intl', () => {
  const number = fc.oneof(
    fc.nat(Math.floor(Number.MAX_SAFE_INTEGER / 10)),
    fc.double({ min: 0, max: 1e9, noNaN: true }),
    fc.nat(10_000_000).map((hundredths) => hundredths / 100),
  );
  fc.assert(
    fc.property(number, fc.integer({ min: 0, max: 1 }), (value, decimals) => {
      const intl = value.toLocaleString('en-US', { maximumFractionDigits: decimals });
      expect(withCommas(value, decimals)).toBe(intl);
    }),
    { numRuns: 20_000 },
  );
});
