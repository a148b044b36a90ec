import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeForTerminal } from '../../src/report/terminal-text.js';

test.each([
  ['\u001b[2J\u0007', '\\u{1b}[2J\\u{7}'],
  ['a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['\u009b31m', '\\u{9b}31m'],
  ['bob\u202Egpj', 'bob\\u{202e}gpj'],
  ['a\u2028\uD800', 'a\\u{2028}\\u{d800}'],
  ['DOMAIN\\ünal 日本 😀', 'DOMAIN\\ünal 日本 😀'],
])('%j is shown as %j', (text, shown) => {
  expect(escapeForTerminal(text)).toBe(shown);
});

test('no text moves the cursor, changes the direction or breaks the line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)) }),
      (text) => {
        expect(escapeForTerminal(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});
