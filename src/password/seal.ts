import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type PasswordOwner, unambiguous } from './owner.js';
import type { RunKey } from './run-key.js';
import { Secret } from './secret.js';

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** Sealed values are equally long for passwords of up to 63 bytes, so that the queue doesn't tell lengths. */
const PADDED_TO_BYTES = 64;
const PADDING_MARK = 0x80;

/** A sealed password that can't be opened. It fails that row alone; the message holds nothing of either. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
  readonly row: number;

  constructor(row: number) {
    super(
      `the sealed password of row ${row} can't be opened: it was changed in the queue, ` +
        'or sealed for another row, user or pool, or under another key',
    );
    this.row = row;
  }
}

/**
 * Encrypts a password for its way through the queue (AES-256-GCM, a random nonce, bound to its owner).
 *
 * @returns base64url of: version (1 byte), nonce (12), tag (16), padded ciphertext (a multiple of 64)
 */
export function sealPassword(key: RunKey, owner: PasswordOwner, password: Secret): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.subkey('seal'), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(owner));
  const padded = pad(password);
  const encrypted = Buffer.concat([cipher.update(padded), cipher.final()]);
  padded.fill(0);
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), encrypted]).toString('base64url');
}

/**
 * Opens what `sealPassword` made for the same owner under the same key.
 *
 * @throws SealBrokenError for anything else
 */
export function unsealPassword(key: RunKey, owner: PasswordOwner, sealed: string): Secret {
  const bytes = Buffer.from(sealed, 'base64url');
  // Buffer.from passes over what isn't base64url; writing it again shows whether there was any.
  if (bytes[0] !== VERSION || bytes.length <= HEADER_BYTES || bytes.toString('base64url') !== sealed) {
    throw new SealBrokenError(owner.row);
  }
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key.subkey('seal'), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(owner));
  decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEADER_BYTES));
  const padded = decipher.update(bytes.subarray(HEADER_BYTES));
  try {
    decipher.final();
  } catch {
    padded.fill(0);
    throw new SealBrokenError(owner.row);
  }
  return unpad(padded);
}

function boundTo(owner: PasswordOwner): Buffer {
  return Buffer.from(unambiguous([VERSION, owner.poolId, owner.row, owner.username]));
}

/** The password in UTF-8, a mark, then zeros up to the next multiple of 64 bytes (ISO/IEC 7816-4). */
function pad(password: Secret): Buffer {
  const bytes = Buffer.byteLength(password.reveal());
  const padded = Buffer.alloc((Math.floor(bytes / PADDED_TO_BYTES) + 1) * PADDED_TO_BYTES);
  padded.write(password.reveal());
  padded[bytes] = PADDING_MARK;
  return padded;
}

function unpad(padded: Buffer): Secret {
  const password = new Secret(padded.toString('utf8', 0, padded.lastIndexOf(PADDING_MARK)));
  padded.fill(0);
  return password;
}
