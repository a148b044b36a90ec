import { randomBytes } from 'node:crypto';
import { Secret } from './secret.js';

/** With the 4 characters before it 100, which is over the longest minimum that a policy can have (99). */
const RANDOM_BYTES = 72;

/** A random password (576 bits) that fits every policy a pool can have. Nobody can make it again. */
export function discardedPassword(): Secret {
  return new Secret(`Aa1!${randomBytes(RANDOM_BYTES).toString('base64url')}`);
}
