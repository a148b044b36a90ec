import {
  constants,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import { x25519 } from '@noble/curves/ed25519.js';
import type { Identity, Stanza } from 'age-encryption';

/** An SSH key, and what its holder opens an age file with: age's own program does it, its package doesn't. */
export interface SshKey {
  /** The line of its `.pub` file. */
  line: string;
  identity: Identity;
}

/** @param seed the same key for the same byte */
export function ed25519Key(seed: number): SshKey {
  const bytes = Buffer.alloc(32, seed);
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), bytes]);
  const { x = '' } = jwkOf(createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })));
  const wire = wireOf(Buffer.from('ssh-ed25519'), Buffer.from(x, 'base64url'));
  // RFC 8032: the scalar is the first half of the seed's hash; X25519 clamps it.
  const scalar = createHash('sha512').update(bytes).digest().subarray(0, 32);
  const label = 'age-encryption.org/v1/ssh-ed25519';
  const unwrap = ({ args, body }: Stanza) => {
    const share = Buffer.from(args[2] ?? '', 'base64');
    const tweak = new Uint8Array(hkdfSync('sha256', '', wire, label, 32));
    const shared = x25519.scalarMult(tweak, x25519.scalarMult(scalar, share));
    const salt = Buffer.concat([share, x25519.scalarMultBase(scalar)]);
    const key = new Uint8Array(hkdfSync('sha256', shared, salt, label, 32));
    const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 });
    decipher.setAuthTag(body.subarray(-16));
    return Buffer.concat([decipher.update(body.subarray(0, -16)), decipher.final()]);
  };
  return { line: `ssh-ed25519 ${wire.toString('base64')} ops@example`, identity: identityOf(wire, unwrap) };
}

export function rsaKey(bits: number): SshKey & { privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const { n = '', e = '' } = jwkOf(publicKey);
  const modulus = Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')]);
  const wire = wireOf(Buffer.from('ssh-rsa'), Buffer.from(e, 'base64url'), modulus);
  const unwrap = ({ body }: Stanza) =>
    privateDecrypt(
      {
        key: privateKey,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
        oaepLabel: Buffer.from('age-encryption.org/v1/ssh-rsa'),
      },
      body,
    );
  return { line: `ssh-rsa ${wire.toString('base64')}`, identity: identityOf(wire, unwrap), privateKey };
}

function identityOf(wire: Buffer, unwrap: (stanza: Stanza) => Uint8Array): Identity {
  const tag = createHash('sha256').update(wire).digest().subarray(0, 4).toString('base64').replace(/=+$/, '');
  return {
    unwrapFileKey: (stanzas) => {
      const own = stanzas.find(({ args }) => args[0]?.startsWith('ssh-') === true && args[1] === tag);
      return own === undefined ? null : Uint8Array.from(unwrap(own));
    },
  };
}

function jwkOf(key: KeyObject) {
  return key.export({ format: 'jwk' });
}

function wireOf(...strings: Buffer[]): Buffer {
  return Buffer.concat(
    strings.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length);
      return [length, text];
    }),
  );
}
