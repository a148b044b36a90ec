import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authenticate, isAuthentic, keyFingerprint, RunKey } from '../../src/password/run-key.js';
import { anyKey, KNOWN_KEY } from './arbitraries.js';

// Both known answers were made by a program of its own (Python's hmac).
const KNOWN_FINGERPRINT = '4a35d183900b6eb3';
const KNOWN_CODE = 'e8bc57b4f10789ad60653f9d574d47a274c91229741e63758d61d8c38085994f';
const TEXT = '{"pool":"p"}';

describe("a run's key", () => {
  test('has a fingerprint that is for ever the same, and another one for another key', () => {
    expect(keyFingerprint(KNOWN_KEY)).toBe(KNOWN_FINGERPRINT);
    expect(keyFingerprint(new RunKey(new Uint8Array(32)))).not.toBe(KNOWN_FINGERPRINT);
  });

  test('authenticates a text, for ever in the same way', () => {
    expect(authenticate(KNOWN_KEY, TEXT)).toBe(KNOWN_CODE);
    expect(isAuthentic(KNOWN_KEY, TEXT, KNOWN_CODE)).toBe(true);
  });

  test('accepts no other text, key or code', () => {
    fc.assert(
      fc.property(anyKey, fc.string(), fc.string(), (key, text, other) => {
        const code = authenticate(key, text);
        expect(isAuthentic(key, text, code)).toBe(true);
        expect(isAuthentic(key, text, other)).toBe(false);
        expect(isAuthentic(key, text, code.slice(1))).toBe(false);
        expect(isAuthentic(key, text, code.toUpperCase())).toBe(code === code.toUpperCase());
        expect(isAuthentic(key, `${text}x`, code)).toBe(false);
        expect(isAuthentic(KNOWN_KEY, text, code)).toBe(false);
      }),
    );
  });

  test('is used as another key for each purpose', () => {
    const keys = (['password', 'seal', 'fingerprint', 'authenticate'] as const).map((purpose) =>
      KNOWN_KEY.subkey(purpose).export().toString('hex'),
    );
    expect(new Set(keys).size).toBe(4);
  });

  test('has 32 bytes, whatever it came from', () => {
    expect(() => new RunKey(new Uint8Array(31))).toThrow(RangeError);
    expect(() => new RunKey(new Uint8Array(33))).toThrow(RangeError);
  });

  test('never prints its bytes', () => {
    const bytes = Buffer.from('key-bytes-that-must-not-be-shown');
    const key = new RunKey(bytes);
    const shown = [
      JSON.stringify({ key }),
      String(key),
      format('%s %o %O %j', key, key, key, key),
      inspect(key, { showHidden: true, depth: null }),
      inspect(key, { showHidden: true, depth: null, customInspect: false }),
      inspect(key.subkey('seal'), { showHidden: true, depth: null }),
      JSON.stringify(key.subkey('seal')),
      inspect(structuredClone(key), { showHidden: true }),
      serialize(key).toString('latin1'),
    ].join('\n');
    for (const secret of [bytes, key.subkey('seal').export()]) {
      for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
        expect(shown).not.toContain(secret.toString(encoding).slice(0, 10));
      }
    }
    expect(shown).toContain('[run key]');
  });
});
