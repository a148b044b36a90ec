import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALPHABETS, hasClass } from '../../src/password/characters.js';
import { policyOf } from '../../src/password/policy.js';
import {
  countPasswords,
  entropyBits,
  type PasswordShape,
  passwordShapeSchema,
  shapeFor,
} from '../../src/password/shape.js';
import { UsageError } from '../../src/usage-error.js';
import { anyPolicy, anyShape } from './arbitraries.js';

const LAX = policyOf({});
const STRICT = policyOf({
  Policies: {
    PasswordPolicy: {
      MinimumLength: 8,
      RequireUppercase: true,
      RequireLowercase: true,
      RequireNumbers: true,
      RequireSymbols: true,
    },
  },
});

function countByTrying({ length, alphabet, required }: PasswordShape): bigint {
  function count(prefix: string): bigint {
    if (prefix.length < length)
      return [...ALPHABETS[alphabet]].reduce((sum, c) => sum + count(prefix + c), 0n);
    return required.every((wanted) => hasClass(prefix, wanted)) ? 1n : 0n;
  }
  return count('');
}

/** Another way to the same number: by how many places each class takes, for shapes too large to try. */
function countByPlaces({ length, alphabet, required }: PasswordShape): bigint {
  const characters = [...ALPHABETS[alphabet]];
  const classes = (['uppercase', 'lowercase', 'digit', 'symbol'] as const).map((name) => ({
    size: BigInt(characters.filter((c) => hasClass(c, name)).length),
    least: required.includes(name) ? 1 : 0,
  }));
  function choose(n: number, k: number): bigint {
    let result = 1n;
    for (let i = 1; i <= k; i += 1) result = (result * BigInt(n - k + i)) / BigInt(i);
    return result;
  }
  function count(places: number, [first, ...rest]: typeof classes): bigint {
    if (first === undefined) return places === 0 ? 1n : 0n;
    let sum = 0n;
    for (let taken = first.least; taken <= places; taken += 1) {
      sum += choose(places, taken) * first.size ** BigInt(taken) * count(places - taken, rest);
    }
    return sum;
  }
  return count(length, classes);
}

describe('the alphabets', () => {
  test('full is every printable ASCII character but the space', () => {
    expect(ALPHABETS.full).toMatch(/^[!-~]{94}$/);
    expect(new Set(ALPHABETS.full).size).toBe(94);
  });

  test('readable leaves out what people confuse, and quotes', () => {
    const left = [...ALPHABETS.full].filter((c) => !ALPHABETS.readable.includes(c));
    expect(left.join('')).toBe('"\'01IOl`|'.split('').sort().join(''));
  });
});

describe('entropy', () => {
  test.each<PasswordShape>([
    { length: 1, alphabet: 'full', required: [] },
    { length: 1, alphabet: 'readable', required: ['digit'] },
    { length: 2, alphabet: 'full', required: ['uppercase', 'digit'] },
    { length: 2, alphabet: 'readable', required: ['symbol'] },
    { length: 3, alphabet: 'full', required: ['lowercase', 'digit'] },
    { length: 3, alphabet: 'readable', required: ['uppercase', 'lowercase', 'symbol'] },
    { length: 2, alphabet: 'full', required: ['uppercase', 'lowercase', 'digit'] },
  ])('counts exactly the passwords there are: %j', (shape) => {
    const count = countByTrying(shape);
    expect(countPasswords(shape)).toBe(count);
    expect(entropyBits(shape)).toBeCloseTo(Math.log2(Number(count)), 10);
  });

  test('counts the same as a sum over the places of each class, for shapes of any length', () => {
    fc.assert(
      fc.property(anyShape(24), (shape) => {
        expect(countPasswords(shape)).toBe(countByPlaces(shape));
      }),
      { numRuns: 50 },
    );
  });

  test('is of the passwords that the policy leaves, and never over the bits of the key', () => {
    const free = entropyBits({ length: 20, alphabet: 'full', required: [] });
    expect(free).toBeCloseTo(20 * Math.log2(94), 10);
    const bound = entropyBits({ length: 20, alphabet: 'full', required: ['digit'] });
    expect(bound).toBeCloseTo(free + Math.log2(1 - (84 / 94) ** 20), 10);
    expect(entropyBits({ length: 256, alphabet: 'full', required: [] })).toBe(256);
  });
});

describe('shapeFor', () => {
  test("is 20 characters, or the policy's minimum if that is more", () => {
    expect(shapeFor(STRICT)).toEqual({
      length: 20,
      alphabet: 'full',
      required: ['uppercase', 'lowercase', 'digit', 'symbol'],
    });
    expect(shapeFor({ ...LAX, minimumLength: 33 }, { alphabet: 'readable' })).toEqual({
      length: 33,
      alphabet: 'readable',
      required: [],
    });
  });

  test.each([
    [257, '--length must be a whole number from 1 to 256, got 257'],
    [0, '--length must be a whole number from 1 to 256, got 0'],
    [20.5, '--length must be a whole number from 1 to 256, got 20.5'],
    [Number.NaN, '--length must be a whole number from 1 to 256, got NaN'],
    [7, "--length 7 is under the pool's minimum: use --length 8 or more"],
    [
      15,
      'passwords of --length 15 would have 97.9 bits of entropy and 100 is the least: use --length 16 or more',
    ],
  ])('refuses --length %s and says what to do', (length, message) => {
    expect(() => shapeFor(STRICT, { length })).toThrow(new UsageError(message));
  });

  test('gives every policy a shape of 100 bits or more, and one that the queue accepts', () => {
    fc.assert(
      fc.property(anyPolicy, fc.constantFrom('full', 'readable'), (policy, alphabet) => {
        const shape = shapeFor(policy, { alphabet });
        expect(entropyBits(shape)).toBeGreaterThanOrEqual(100);
        expect(passwordShapeSchema.parse(JSON.parse(JSON.stringify(shape)))).toEqual(shape);
      }),
    );
  });

  test('takes exactly the lengths of 100 bits or more', () => {
    fc.assert(
      fc.property(anyShape(30), ({ length, alphabet }) => {
        const shape = { length, alphabet, required: [] };
        if (entropyBits(shape) >= 100) expect(shapeFor({ ...LAX, minimumLength: 1 }, shape)).toEqual(shape);
        else expect(() => shapeFor({ ...LAX, minimumLength: 1 }, shape)).toThrow(UsageError);
      }),
    );
  });
});

describe('a shape from the queue', () => {
  test.each([
    ['weak', { length: 8, alphabet: 'full', required: [] }],
    ['too long', { length: 257, alphabet: 'full', required: [] }],
    ['far too long', { length: 1e15, alphabet: 'full', required: [] }],
    ['long enough to compute for hours', { length: 1e8, alphabet: 'full', required: [] }],
    ['of a negative length', { length: -1, alphabet: 'full', required: [] }],
    ['of a broken length', { length: 20.5, alphabet: 'full', required: [] }],
    ['of no alphabet', { length: 20, alphabet: 'toString', required: [] }],
    ['with an unknown class', { length: 20, alphabet: 'full', required: ['emoji'] }],
    ['with more in it', { length: 20, alphabet: 'full', required: [], alsoTry: 1 }],
  ])('is refused when it is %s', (_, shape) => {
    expect(passwordShapeSchema.safeParse(shape).success).toBe(false);
  });
});
