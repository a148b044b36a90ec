import { createCipheriv, createHash, createPublicKey, constants, hkdfSync, publicEncrypt } from 'node:crypto';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { type Recipient, Stanza } from 'age-encryption';

/** The kinds of SSH key that age encrypts to (https://c2sp.org/age, "SSH recipient types"). */
export const SSH_KINDS = ['ssh-ed25519', 'ssh-rsa'] as const;

const ED25519_LABEL = 'age-encryption.org/v1/ssh-ed25519';
const RSA_LABEL = 'age-encryption.org/v1/ssh-rsa';
/** age refuses shorter ones too. */
const LEAST_RSA_BITS = 2048;
const KEY_BYTES = 32;

/**
 * A line of an SSH `.pub` file as a recipient of age, which its package doesn't bring. Whoever has the private key
 * decrypts with `age --decrypt -i ~/.ssh/id_ed25519`.
 *
 * @throws RangeError, whose message ends a sentence that begins with the line, for what is no such key
 */
export function sshRecipient(line: string): Recipient {
  const [kind, encoded = ''] = line.trim().split(/\s+/);
  if (!SSH_KINDS.some((known) => known === kind))
    throw new RangeError(`is no key of a kind that age encrypts to: ${SSH_KINDS.join(' and ')}`);
  const wire = Buffer.from(encoded, 'base64');
  const [inside, first, second, ...more] = wireStrings(wire);
  if (inside?.toString('latin1') === kind && first !== undefined && more.length === 0) {
    if (kind === 'ssh-ed25519' && first.length === KEY_BYTES && second === undefined)
      return ed25519Recipient(wire, first);
    if (kind === 'ssh-rsa' && second !== undefined) return rsaRecipient(wire, first, second);
  }
  throw new RangeError('is cut short or changed');
}

function ed25519Recipient(wire: Buffer, publicKey: Buffer): Recipient {
  const theirs = curvePoint(publicKey);
  return {
    wrapFileKey: (fileKey) => {
      const { secretKey, publicKey: share } = x25519.keygen();
      const tweak = hkdf(Buffer.alloc(0), wire, ED25519_LABEL);
      const shared = x25519.scalarMult(tweak, x25519.scalarMult(secretKey, theirs));
      const wrappingKey = hkdf(shared, Buffer.concat([share, theirs]), ED25519_LABEL);
      return [new Stanza(['ssh-ed25519', tagOf(wire), unpadded(share)], wrapped(fileKey, wrappingKey))];
    },
  };
}

/** The signing key's point on the curve that keys are agreed on. */
function curvePoint(publicKey: Buffer): Uint8Array {
  try {
    return ed25519.utils.toMontgomery(publicKey);
  } catch {
    throw new RangeError('is no point of the curve: it was changed');
  }
}

function rsaRecipient(wire: Buffer, exponent: Buffer, modulus: Buffer): Recipient {
  const jwk = {
    kty: 'RSA',
    e: exponent.toString('base64url'),
    n: withoutSign(modulus).toString('base64url'),
  };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < LEAST_RSA_BITS) throw new RangeError(`has ${bits} bits, and ${LEAST_RSA_BITS} is the least`);
  return {
    wrapFileKey: (fileKey) => {
      const body = publicEncrypt(
        {
          key,
          padding: constants.RSA_PKCS1_OAEP_PADDING,
          oaepHash: 'sha256',
          oaepLabel: Buffer.from(RSA_LABEL),
        },
        fileKey,
      );
      return [new Stanza(['ssh-rsa', tagOf(wire)], body)];
    },
  };
}

/** ChaCha20-Poly1305 with a nonce of zeros: each wrapping key is used once. */
function wrapped(fileKey: Uint8Array, key: Uint8Array): Uint8Array {
  const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 });
  return Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
}

function hkdf(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, KEY_BYTES));
}

/** Tells the holder of several keys which of them is meant. */
function tagOf(wire: Buffer): string {
  return unpadded(createHash('sha256').update(wire).digest().subarray(0, 4));
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/** SSH's wire format (RFC 4251, 5): each string with its length in 4 bytes before it. Empty for what is none. */
function wireStrings(wire: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  for (let at = 0; at < wire.length;) {
    if (at + 4 > wire.length) return [];
    const end = at + 4 + wire.readUInt32BE(at);
    if (end > wire.length) return [];
    strings.push(wire.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

/** An mpint whose first bit is set has a zero byte before it. */
function withoutSign(mpint: Buffer): Buffer {
  return mpint[0] === 0 ? mpint.subarray(1) : mpint;
}
