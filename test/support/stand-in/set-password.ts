import { passwordHash } from './password-hash.js';
import { policyViolation } from './password-policy.js';
import type { Pool, User } from './pool.js';
import type { Reply } from './reply.js';
import { serviceError } from './service-error.js';

interface Setting {
  password: string;
  permanent: boolean;
  /** Whether the plain text is kept for sign-in tests. */
  keep: boolean;
}

/** AdminSetUserPassword on a user who was found, with a password that keeps to the service's constraints. */
export function setPassword(pool: Pool, user: User, { password, permanent, keep }: Setting): Reply {
  const refused = policyViolation(password, pool.policy);
  if (refused !== undefined) return refused;
  const hash = passwordHash(password);
  const remembered = pool.policy.PasswordHistorySize ?? 0;
  if (remembered > 0) {
    if (user.history.includes(hash)) return serviceError('PasswordHistoryPolicyViolationException');
    user.history = [...user.history, hash].slice(-remembered);
  }
  user.previous = { status: user.status, modifiedAt: user.modifiedAt };
  user.passwordHash = hash;
  user.status = permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD';
  user.modifiedAt = Date.now();
  if (keep) user.password = password;
  return { body: {} };
}
