import { createHmac, type KeyObject } from 'node:crypto';
import { ALPHABETS, CHARACTER_CLASSES, hasClass } from './characters.js';
import { type PasswordOwner, unambiguous } from './owner.js';
import type { RunKey } from './run-key.js';
import { Secret } from './secret.js';
import type { PasswordShape } from './shape.js';

/**
 * The password of one row: the same each time for the same key, owner and shape, so that a retry, a
 * resumed run and the credentials file all make it again. Uniform over all passwords of that shape.
 *
 * Resumed runs depend on every byte of this: a change needs a new label in `RunKey` and both kept.
 *
 * @throws RangeError for a shape that no password has
 */
export function derivePassword(key: RunKey, owner: PasswordOwner, shape: PasswordShape): Secret {
  const required = CHARACTER_CLASSES.filter((wanted) => shape.required.includes(wanted));
  if (shape.length < Math.max(1, required.length)) {
    throw new RangeError(`${shape.length} characters can't hold ${required.length} required classes`);
  }

  const context = unambiguous([
    owner.poolId,
    owner.username,
    owner.row,
    shape.length,
    shape.alphabet,
    required.join('+'),
  ]);
  const bytes = keystream(key.subkey('password'), context);
  for (;;) {
    // Mending a candidate that lacks a class would favour some passwords; a new one doesn't.
    const candidate = drawString(bytes, ALPHABETS[shape.alphabet], shape.length);
    if (required.every((wanted) => hasClass(candidate, wanted))) return new Secret(candidate);
  }
}

/** Endless bytes from a key: HMAC-SHA-256 of the context and a counter (NIST SP 800-108, counter mode). */
function* keystream(key: KeyObject, context: string): Generator<number, never> {
  for (let block = 0; ; block += 1) {
    yield* createHmac('sha256', key)
      .update(context)
      .update(unambiguous([block]))
      .digest();
  }
}

/**
 * A string in which every character of the alphabet (of at most 256) is equally likely at each place, if
 * every byte is: bytes past the last whole multiple of the alphabet's size are passed over, because a
 * remainder alone would favour the first characters.
 */
export function drawString(bytes: Iterator<number, never>, alphabet: string, length: number): string {
  const end = 256 - (256 % alphabet.length);
  let drawn = '';
  while (drawn.length < length) {
    const byte = bytes.next().value;
    if (byte < end) drawn += alphabet.charAt(byte % alphabet.length);
  }
  return drawn;
}
