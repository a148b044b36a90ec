import type { PolicyOptions } from './options.js';
import { type ServiceError, serviceError } from './service-error.js';

// The 32 ASCII punctuation marks and the space inside (COGNITO.md section 5); letters are Basic Latin.
const SYMBOL = /[!-/:-@[-`{-~ ]/;
const DEFAULT_MINIMUM = 8;

/** What the pool's policy has against this password, in the service's words; nothing if it fits. */
export function policyViolation(password: string, policy: PolicyOptions): ServiceError | undefined {
  const complaint = firstComplaint(password, policy);
  if (complaint === undefined) return undefined;
  return serviceError('InvalidPasswordException', `Password did not conform with policy: ${complaint}`);
}

function firstComplaint(password: string, policy: PolicyOptions): string | undefined {
  if (password.length < (policy.MinimumLength ?? DEFAULT_MINIMUM)) return 'Password not long enough';
  if (policy.RequireUppercase && !/[A-Z]/.test(password)) return 'Password must have uppercase characters';
  if (policy.RequireLowercase && !/[a-z]/.test(password)) return 'Password must have lowercase characters';
  if (policy.RequireNumbers && !/[0-9]/.test(password)) return 'Password must have numeric characters';
  if (policy.RequireSymbols && !SYMBOL.test(password)) return 'Password must have symbol characters';
  return undefined;
}
