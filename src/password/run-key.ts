import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

export const RUN_KEY_BYTES = 32;

const PURPOSES = ['password', 'seal', 'fingerprint', 'authenticate', 'input'] as const;
export type KeyPurpose = (typeof PURPOSES)[number];

const REDACTED = '[run key]';
const FINGERPRINT_HEX = 16;

/**
 * A run's 256-bit key, as one key for each purpose (HKDF-SHA-256), so that what one of them gives away
 * says nothing about the others. Their bytes are outside the JavaScript heap, and it prints as `[run key]`.
 */
export class RunKey {
  readonly #subkeys: ReadonlyMap<KeyPurpose, KeyObject>;

  /** @param bytes exactly 32, and the caller's to wipe afterwards */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== RUN_KEY_BYTES) throw new RangeError(`a run's key has ${RUN_KEY_BYTES} bytes`);
    this.#subkeys = new Map(PURPOSES.map((purpose) => [purpose, subkeyOf(bytes, purpose)]));
  }

  /** The key for one purpose; the object is the same each time. */
  subkey(purpose: KeyPurpose): KeyObject {
    const key = this.#subkeys.get(purpose);
    if (key === undefined) throw new RangeError(`no key is for ${purpose}`);
    return key;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

function subkeyOf(bytes: Uint8Array, purpose: KeyPurpose): KeyObject {
  const derived = new Uint8Array(
    hkdfSync('sha256', bytes, '', `cognito-bulk-reset ${purpose} v1`, RUN_KEY_BYTES),
  );
  const key = createSecretKey(derived);
  derived.fill(0);
  return key;
}

/** 16 hex digits that tell keys apart and can be shown: the queue holds them instead of the key. */
export function keyFingerprint(key: RunKey): string {
  return hmacHex(key.subkey('fingerprint'), 'fingerprint').slice(0, FINGERPRINT_HEX);
}

/** A code (64 hex digits) that only a holder of the key can make for this text. */
export function authenticate(key: RunKey, text: string): string {
  return hmacHex(key.subkey('authenticate'), text);
}

/** Whether `code` is the one that `authenticate` gives for this text; takes as long for any wrong code. */
export function isAuthentic(key: RunKey, text: string, code: string): boolean {
  const expected = Buffer.from(authenticate(key, text));
  const given = Buffer.from(code);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function hmacHex(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}
