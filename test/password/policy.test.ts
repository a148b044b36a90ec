import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasClass } from '../../src/password/characters.js';
import {
  brokenRule,
  type PasswordPolicy,
  passwordPolicySchema,
  policyOf,
} from '../../src/password/policy.js';
import { Secret } from '../../src/password/secret.js';
import { anyPolicy } from './arbitraries.js';

const LAX = policyOf({});
const STRICT: PasswordPolicy = {
  minimumLength: 8,
  requireUppercase: true,
  requireLowercase: true,
  requireNumbers: true,
  requireSymbols: true,
  historySize: 0,
  temporaryPasswordValidityDays: 7,
};

function rule(policy: PasswordPolicy, password: string): string | undefined {
  return brokenRule(policy, new Secret(password));
}

describe('policyOf', () => {
  test("takes over the pool's own policy", () => {
    const policy = policyOf({
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireUppercase: true,
          RequireLowercase: false,
          RequireNumbers: true,
          RequireSymbols: true,
          PasswordHistorySize: 24,
          TemporaryPasswordValidityDays: 3,
        },
      },
    });
    expect(policy).toEqual({
      minimumLength: 12,
      requireUppercase: true,
      requireLowercase: false,
      requireNumbers: true,
      requireSymbols: true,
      historySize: 24,
      temporaryPasswordValidityDays: 3,
    });
  });

  test("takes what is absent at the service's least, and 7 days for temporary passwords", () => {
    const least = {
      minimumLength: 6,
      requireUppercase: false,
      requireLowercase: false,
      requireNumbers: false,
      requireSymbols: false,
      historySize: 0,
      temporaryPasswordValidityDays: 7,
    };
    expect(policyOf({})).toEqual(least);
    expect(policyOf({ Policies: {} })).toEqual(least);
    expect(policyOf({ Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 0 } } })).toEqual(least);
    expect(passwordPolicySchema.parse(least)).toEqual(least);
  });
});

describe('brokenRule', () => {
  test.each([
    ['Ab1!x', 'at least 8 characters'],
    ['', 'at least 8 characters'],
    [`Ab1!${'x'.repeat(253)}`, 'at most 256 characters'],
    ['ab1!xxxx', 'uppercase'],
    ['AB1!XXXX', 'lowercase'],
    ['Abc!xxxx', 'digit'],
    ['Abc1xxxx', 'symbol'],
    [' Ab1!xxxx', 'begin or end with white space'],
    ['Ab1!xxxx\t', 'begin or end with white space'],
    ['Ab1!xx\nxx', 'line break'],
    ['Ab1!xxx\ud800', 'surrogate'],
  ])('refuses %j, naming the rule: %s', (password, named) => {
    expect(rule(STRICT, password)).toContain(named);
  });

  test.each([
    'Ab1!xxxx',
    `Ab1!${'x'.repeat(252)}`,
    `Ab1!${'😀'.repeat(252)}`,
    'Ab1 xxxx',
    'Ab1!éßж漢',
    'Ab1!\u00a0xx\u00a0',
    'Ab1!x\txx',
    'Ab1!😀😀',
  ])('lets %j through: nothing says that the service refuses it', (password) => {
    expect(rule(STRICT, password)).toBeUndefined();
  });

  test.each([...'^$*.[]{}()?"!@#%&/\\,><\':;|_~`=+-'])('counts %s as a symbol', (symbol) => {
    expect(rule(STRICT, `Abcdef1${symbol}`)).toBeUndefined();
  });

  test('does not count letters, digits and symbols beyond ASCII for a required class', () => {
    expect(rule(STRICT, 'éb1!xxxxÀ')).toContain('uppercase');
    expect(rule(STRICT, 'Ab٣!xxxx')).toContain('digit');
    expect(rule(STRICT, 'Ab1§xxxx')).toContain('symbol');
  });

  test('requires only what the policy requires', () => {
    fc.assert(
      fc.property(anyPolicy, fc.stringMatching(/^[!-~]{99,256}$/), (policy, password) => {
        const lacks =
          (policy.requireUppercase && !hasClass(password, 'uppercase')) ||
          (policy.requireLowercase && !hasClass(password, 'lowercase')) ||
          (policy.requireNumbers && !hasClass(password, 'digit')) ||
          (policy.requireSymbols && !hasClass(password, 'symbol'));
        expect(rule(policy, password) !== undefined).toBe(lacks);
      }),
    );
    expect(rule(LAX, 'aaaaaa')).toBeUndefined();
  });

  test('says the same of every password that breaks the same rule, and so nothing of the password', () => {
    const said = new Set<string | undefined>();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), anyPolicy, (password, policy) => {
        said.add(rule({ ...policy, minimumLength: 8 }, password));
      }),
      { numRuns: 2000, seed: 5 },
    );
    const rules = 4 + 5; // one a class; length twice, white space, line break, surrogate
    expect(said.size).toBeLessThanOrEqual(rules + 1);
  });
});
