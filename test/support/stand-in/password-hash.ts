import { createHash } from 'node:crypto';

/** The first eight bytes of the password's SHA-256 as 16 hex digits: tells two passwords apart, gives none away. */
export function passwordHash(password: string): string {
  return createHash('sha256').update(password).digest('hex').slice(0, 16);
}
