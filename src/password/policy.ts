import type { PasswordPolicyType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import { type CharacterClass, hasClass } from './characters.js';
import type { Secret } from './secret.js';

/** The bounds of the service itself, whatever a pool's policy says (API reference and its error texts). */
const SHORTEST_PASSWORD = 6;
export const LONGEST_PASSWORD = 256;

const DEFAULT_TEMPORARY_VALIDITY_DAYS = 7;

/** A pool's password policy in this program's own words, with nothing left open. */
export const passwordPolicySchema = z.object({
  minimumLength: z.int().min(SHORTEST_PASSWORD).max(LONGEST_PASSWORD),
  requireUppercase: z.boolean(),
  requireLowercase: z.boolean(),
  requireNumbers: z.boolean(),
  requireSymbols: z.boolean(),
  /** How many earlier passwords of a user the pool refuses; 0 is none. */
  historySize: z.int().nonnegative(),
  /** Days until a temporary password has to be set again. */
  temporaryPasswordValidityDays: z.int().positive(),
});

export type PasswordPolicy = z.infer<typeof passwordPolicySchema>;

/**
 * The policy of a pool as DescribeUserPool shows it. What is absent there is taken at the service's least
 * (6 characters, no class required, no history): a password must not be refused here that the pool would
 * have taken. Only the validity of temporary passwords has a documented default (7 days, also for 0).
 */
export function policyOf(pool: Pick<UserPoolType, 'Policies'>): PasswordPolicy {
  const shown: PasswordPolicyType = pool.Policies?.PasswordPolicy ?? {};
  return {
    minimumLength: Math.max(SHORTEST_PASSWORD, shown.MinimumLength ?? 0),
    requireUppercase: shown.RequireUppercase ?? false,
    requireLowercase: shown.RequireLowercase ?? false,
    requireNumbers: shown.RequireNumbers ?? false,
    requireSymbols: shown.RequireSymbols ?? false,
    historySize: shown.PasswordHistorySize ?? 0,
    temporaryPasswordValidityDays: shown.TemporaryPasswordValidityDays || DEFAULT_TEMPORARY_VALIDITY_DAYS,
  };
}

/** The classes of character that the policy requires at least one of, in a fixed order. */
export function requiredClasses(policy: PasswordPolicy): CharacterClass[] {
  const required: CharacterClass[] = [];
  if (policy.requireUppercase) required.push('uppercase');
  if (policy.requireLowercase) required.push('lowercase');
  if (policy.requireNumbers) required.push('digit');
  if (policy.requireSymbols) required.push('symbol');
  return required;
}

const CLASS_IN_WORDS: Readonly<Record<CharacterClass, string>> = {
  uppercase: 'an uppercase letter (A-Z)',
  lowercase: 'a lowercase letter (a-z)',
  digit: 'a digit (0-9)',
  symbol: "a symbol (ASCII punctuation, or a space that isn't first or last)",
};

/**
 * The first rule that the password breaks, as words for a report ("the pool's policy requires a digit
 * (0-9)"), or `undefined` if the service is not known to refuse it. Never says anything else about the
 * password. Letters beyond ASCII are let through: they count as no class, but nothing says they are refused.
 */
export function brokenRule(policy: PasswordPolicy, password: Secret): string | undefined {
  const text = password.reveal();
  // Half a surrogate pair would be sent as U+FFFD: a password that nobody has.
  if (!text.isWellFormed())
    return 'a password must be valid Unicode; this one holds half of a surrogate pair';

  // Which unit the service counts in isn't documented, so both bounds use the one that refuses less.
  if (text.length < policy.minimumLength) {
    return `the pool's policy requires at least ${policy.minimumLength} characters`;
  }
  if ([...text].length > LONGEST_PASSWORD) return `a password has at most ${LONGEST_PASSWORD} characters`;

  // The service's pattern is ^[\S]+.*[\S]+$, where `.` is no line break.
  if (/^[ \t-\r]|[ \t-\r]$/.test(text)) return 'a password must not begin or end with white space';
  if (/[\n\r]/.test(text)) return 'a password must not hold a line break';

  const missing = requiredClasses(policy).find((wanted) => !hasClass(text, wanted));
  return missing && `the pool's policy requires ${CLASS_IN_WORDS[missing]}`;
}
