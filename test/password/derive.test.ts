import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALPHABETS, type CharacterClass } from '../../src/password/characters.js';
import { derivePassword, drawString } from '../../src/password/derive.js';
import { brokenRule } from '../../src/password/policy.js';
import { countPasswords, type PasswordShape, shapeFor } from '../../src/password/shape.js';
import { anyKey, anyOwner, anyPolicy, KNOWN_KEY } from './arbitraries.js';

const poolId = 'eu-west-1_AbCdEfGhI';
const ALL: CharacterClass[] = ['uppercase', 'lowercase', 'digit', 'symbol'];
const SHAPE: PasswordShape = { length: 20, alphabet: 'full', required: ALL };

function derived(username: string, row: number, shape = SHAPE): string {
  return derivePassword(KNOWN_KEY, { poolId, username, row }, shape).reveal();
}

function* endless(bytes: Iterable<number>): Generator<number, never> {
  yield* bytes;
  throw new RangeError('out of bytes');
}

describe('derivation', () => {
  // Made by a program of its own (Python's hmac), so that this pins the format, not only this code.
  // If one of these changes, runs that were begun before can't be resumed: don't.
  test.each<[string, string, number, PasswordShape]>([
    ['1IxLMpBExFE[>E:-|v94', 'alice', 1, SHAPE],
    ['x0G2*x*I(:"|-?s0JWHS', 'alice', 2, SHAPE],
    ['^~rZBFJ6z/+G;V(2pmo.', 'zoë@example.com', 1_000_000, { ...SHAPE, alphabet: 'readable' }],
    [
      'KkI:#X.LsPZ@d0RcJ_&0=-0G{+A^Q#JJAAb^EKX(=7#jX{,HHUGD6QU{9M]Y+{L$',
      'bob',
      3,
      { length: 64, alphabet: 'full', required: [] },
    ],
    ['7cq]E8TC}j5t\\fG%', 'bob', 4, { length: 16, alphabet: 'readable', required: ['digit'] }],
  ])('is for ever the same: %s', (password, username, row, shape) => {
    expect(derived(username, row, shape)).toBe(password);
  });

  test('fits every policy, in both alphabets, and is the same the second time', () => {
    fc.assert(
      fc.property(
        anyKey,
        anyOwner,
        anyPolicy,
        fc.constantFrom('full', 'readable'),
        (key, owner, policy, alphabet) => {
          const shape = shapeFor(policy, { alphabet });
          const password = derivePassword(key, owner, shape);
          expect(brokenRule(policy, password)).toBeUndefined();
          expect(password.reveal()).toHaveLength(shape.length);
          expect([...password.reveal()].filter((c) => !ALPHABETS[alphabet].includes(c))).toEqual([]);
          expect(derivePassword(key, { ...owner }, { ...shape }).reveal()).toBe(password.reveal());
        },
      ),
      { numRuns: 300 },
    );
  });

  test('differs with each of key, pool, username, row and shape', () => {
    fc.assert(
      fc.property(anyKey, anyKey, anyOwner, (key, otherKey, owner) => {
        fc.pre(key.subkey('password').equals(otherKey.subkey('password')) === false);
        const others = [
          derivePassword(key, owner, SHAPE),
          derivePassword(otherKey, owner, SHAPE),
          derivePassword(key, { ...owner, poolId: `${owner.poolId}x` }, SHAPE),
          derivePassword(key, { ...owner, username: `${owner.username}x` }, SHAPE),
          derivePassword(key, { ...owner, row: owner.row + 1 }, SHAPE),
          derivePassword(key, owner, { ...SHAPE, required: [] }),
          derivePassword(key, owner, { ...SHAPE, length: 21 }),
        ].map((password) => password.reveal().slice(0, 20));
        expect(new Set(others).size).toBe(others.length);
      }),
    );
  });

  test('does not let one field run into the next', () => {
    const of = (pool: string, username: string, row: number) =>
      derivePassword(KNOWN_KEY, { poolId: pool, username, row }, SHAPE).reveal();
    expect(of('p', 'alice', 12)).not.toBe(of('palice', '', 12));
    expect(of('p', 'alice1', 2)).not.toBe(of('p', 'alice', 12));
    expect(of('p', '1:a,', 2)).not.toBe(of('p', 'a', 2));
  });

  test('does not depend on the order in which a shape lists its classes', () => {
    expect(derived('alice', 1, { ...SHAPE, required: [...ALL].reverse() })).toBe(derived('alice', 1));
  });

  test('of a shape that no password has is an error, not an endless search', () => {
    expect(() => derived('alice', 1, { ...SHAPE, length: 3 })).toThrow(RangeError);
    expect(() => derived('alice', 1, { ...SHAPE, length: 0, required: [] })).toThrow(RangeError);
  });
});

describe('the distribution', () => {
  test.each(['full', 'readable'] as const)(
    'of drawing from %s is exactly even over all bytes',
    (alphabet) => {
      const counts = new Map<string, number>();
      let passedOver = 0;
      for (let byte = 0; byte < 256; byte += 1) {
        try {
          const drawn = drawString(endless([byte]), ALPHABETS[alphabet], 1);
          counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
        } catch {
          passedOver += 1;
        }
      }
      const size = ALPHABETS[alphabet].length;
      expect(counts.size).toBe(size);
      expect(new Set(counts.values())).toEqual(new Set([Math.floor(256 / size)]));
      expect(passedOver).toBe(256 % size);
    },
  );

  test('of drawing two characters is exactly even over all pairs of bytes', () => {
    const counts = new Map<string, number>();
    const alphabet = ALPHABETS.full.slice(0, 94);
    for (let pair = 0; pair < 65_536; pair += 1) {
      const [first, second] = [pair >> 8, pair & 255];
      if (first >= 188 || second >= 188) continue;
      const drawn = drawString(endless([first, second]), alphabet, 2);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect(counts.size).toBe(94 * 94);
    expect(new Set(counts.values())).toEqual(new Set([4]));
  });

  test('of derived passwords is even over all that have the shape (chi-square)', () => {
    const shape: PasswordShape = { length: 2, alphabet: 'full', required: ['uppercase', 'digit'] };
    const cells = Number(countPasswords(shape));
    const expected = 60;
    const counts = new Map<string, number>();
    for (let row = 1; row <= cells * expected; row += 1) {
      const password = derived('chi', row, shape);
      counts.set(password, (counts.get(password) ?? 0) + 1);
    }
    expect(counts.size).toBe(cells);
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 519 degrees of freedom: mean 519, deviation 32.2. The key is fixed, so this passes always or never.
    expect(Math.abs(chiSquare - (cells - 1))).toBeLessThan(3 * Math.sqrt(2 * (cells - 1)));
  });
});
