import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sha256 } from '../../src/cognito/sha256.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the hashes that requests are signed with are those of SHA-256 and HMAC-SHA-256, for any pieces and keys', async () => {
  const piece = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ minLength: 0, maxLength: 200 }));
  const key = fc.oneof(fc.string({ minLength: 1 }), fc.uint8Array({ minLength: 1, maxLength: 100 }));
  await fc.assert(
    fc.asyncProperty(fc.array(piece), fc.option(key, { nil: undefined }), async (pieces, secret) => {
      const ours = new Sha256(secret);
      const known = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
      for (const one of pieces) {
        ours.update(one);
        known.update(one);
      }
      expect(hex(await ours.digest())).toBe(known.digest('hex'));
    }),
  );
});

test('a key is known by its bytes also where it is a part of a larger buffer', async () => {
  const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
  for (const key of [buffer.subarray(0, 4), buffer.subarray(4), buffer.subarray(0, 4)]) {
    const hmac = new Sha256(key);
    hmac.update('text');
    expect(hex(await hmac.digest())).toBe(createHmac('sha256', key).update('text').digest('hex'));
  }
});
