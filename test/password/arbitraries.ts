import fc from 'fast-check';
import { ALPHABET_NAMES, CHARACTER_CLASSES } from '../../src/password/characters.js';
import type { PasswordOwner } from '../../src/password/owner.js';
import type { PasswordPolicy } from '../../src/password/policy.js';
import { RunKey } from '../../src/password/run-key.js';
import type { PasswordShape } from '../../src/password/shape.js';

export const anyPolicy: fc.Arbitrary<PasswordPolicy> = fc.record({
  minimumLength: fc.integer({ min: 6, max: 99 }),
  requireUppercase: fc.boolean(),
  requireLowercase: fc.boolean(),
  requireNumbers: fc.boolean(),
  requireSymbols: fc.boolean(),
  historySize: fc.integer({ min: 0, max: 24 }),
  temporaryPasswordValidityDays: fc.integer({ min: 1, max: 365 }),
});

export const anyOwner: fc.Arbitrary<PasswordOwner> = fc.record({
  poolId: fc.stringMatching(/^[a-z]{2}-[a-z]{4}-[1-9]_[0-9a-zA-Z]{9}$/),
  username: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  row: fc.integer({ min: 1, max: 10_000_000 }),
});

export const anyKey: fc.Arbitrary<RunKey> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => new RunKey(bytes));

/** Of any entropy: lengths too short for what is required are left out. */
export function anyShape(longest: number): fc.Arbitrary<PasswordShape> {
  return fc.record({
    length: fc.integer({ min: 4, max: longest }),
    alphabet: fc.constantFrom(...ALPHABET_NAMES),
    required: fc.subarray([...CHARACTER_CLASSES]),
  });
}

/** The key of the known answers: bytes 0 to 31. */
export const KNOWN_KEY = new RunKey(Uint8Array.from({ length: 32 }, (_, i) => i));
