import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunKey } from '../../src/password/run-key.js';
import { SealBrokenError, sealPassword, unsealPassword } from '../../src/password/seal.js';
import { Secret } from '../../src/password/secret.js';
import { anyKey, anyOwner, KNOWN_KEY } from './arbitraries.js';

const owner = { poolId: 'eu-west-1_AbCdEfGhI', row: 7, username: 'alice' };
const anyPassword = fc.string({ unit: 'grapheme', maxLength: 256 });

describe('a sealed password', () => {
  test('opens for its owner under its key', () => {
    fc.assert(
      fc.property(anyKey, anyOwner, anyPassword, (key, whose, password) => {
        const sealed = sealPassword(key, whose, new Secret(password));
        expect(unsealPassword(key, { ...whose }, sealed).reveal()).toBe(password);
      }),
    );
  });

  // Made by a program of its own (Python's cryptography): runs begun before must still open.
  test('of version 1 opens for ever', () => {
    const sealed =
      'AQABAgMEBQYHCAkKC_dDTa4aJ_4VxWdE_U1hKV53YRdIn0GrsOn99EtqoZIb3xMPyU572hKrC8HP-qY_jwXQuaHSB0N-GW-pZ1Rcy7L4_TIUIcbQPRDd0L_220nP';
    expect(unsealPassword(KNOWN_KEY, owner, sealed).reveal()).toBe('pässword');
  });

  test("can't be given to another user, row or pool, nor opened under another key", () => {
    fc.assert(
      fc.property(anyOwner, anyOwner, anyPassword, (whose, other, password) => {
        const sealed = sealPassword(KNOWN_KEY, whose, new Secret(password));
        for (const wrong of [
          { ...whose, username: `${whose.username}x` },
          { ...whose, row: whose.row + 1 },
          { ...whose, poolId: `${whose.poolId}x` },
          { ...other, row: whose.row + 2 },
        ]) {
          expect(() => unsealPassword(KNOWN_KEY, wrong, sealed)).toThrow(SealBrokenError);
        }
        const otherKey = new RunKey(new Uint8Array(32));
        expect(() => unsealPassword(otherKey, whose, sealed)).toThrow(SealBrokenError);
      }),
    );
  });

  test('with any one bit changed, cut short or made longer is refused', () => {
    const sealed = sealPassword(KNOWN_KEY, owner, new Secret('Hunter2!'));
    const bytes = Buffer.from(sealed, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unsealPassword(KNOWN_KEY, owner, changed.toString('base64url'))).toThrow(SealBrokenError);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => unsealPassword(KNOWN_KEY, owner, sealed.slice(0, length))).toThrow(SealBrokenError);
    }
    for (const added of ['A', '=', '\n', 'AAAA', '!']) {
      expect(() => unsealPassword(KNOWN_KEY, owner, sealed + added)).toThrow(SealBrokenError);
    }
  });

  test('has one spelling: the spare bits of the last character are part of it', () => {
    const sealed = sealPassword(KNOWN_KEY, owner, new Secret('x'.repeat(64)));
    const respelt = sealed.slice(0, -1) + String.fromCharCode(sealed.charCodeAt(sealed.length - 1) + 1);
    expect(Buffer.from(respelt, 'base64url')).toEqual(Buffer.from(sealed, 'base64url'));
    expect(() => unsealPassword(KNOWN_KEY, owner, respelt)).toThrow(SealBrokenError);
  });

  test('is any text at all from a hostile queue: never another error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => unsealPassword(KNOWN_KEY, owner, text)).toThrow(SealBrokenError);
      }),
    );
  });

  test('is never the same twice, and as long for every password of up to 63 bytes', () => {
    const sealed = ['', 'Hunter2!', 'x'.repeat(63), 'Hunter2!'].map((p) =>
      sealPassword(KNOWN_KEY, owner, new Secret(p)),
    );
    expect(new Set(sealed).size).toBe(sealed.length);
    expect(new Set(sealed.map((text) => text.length))).toEqual(new Set([124]));
  });

  test('that is broken gives an error with the row and nothing else of it', () => {
    const sealed = sealPassword(KNOWN_KEY, owner, new Secret('Hunter2!'));
    try {
      unsealPassword(KNOWN_KEY, { ...owner, row: 8 }, sealed);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof SealBrokenError)) throw error;
      expect(error.row).toBe(8);
      expect(error.cause).toBeUndefined();
      const shown = inspect({ ...error, message: error.message }, { showHidden: true, depth: null });
      expect(shown).not.toContain('Hunter2');
      expect(shown).not.toContain(sealed.slice(20, 40));
    }
  });
});
