import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { format, inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { formsOfBytes, formsOfText } from './forms.js';
import { createSearch } from './search.js';

const SECRET = 'Käse"<7&%\\\'+ zq_Xw93';
const search = createSearch([{ name: 'secret', forms: formsOfText(SECRET) }]);
const inNoise = (bytes: Buffer) => Buffer.concat([randomBytes(1001), bytes, randomBytes(1001)]);
const json = JSON.stringify({ Password: SECRET });

const WRITTEN: [string, string | Buffer][] = [
  ['UTF-8', SECRET],
  ['UTF-16LE', Buffer.from(SECRET, 'utf16le')],
  ['UTF-16BE', Buffer.from(SECRET, 'utf16le').swap16()],
  ['JSON', json],
  ['JSON in JSON', JSON.stringify({ body: json })],
  ['JSON in ASCII, as Python writes it', json.replace('ä', '\\u00e4')],
  ['inspect', inspect({ Password: SECRET })],
  ['format', format('%s %j', 'x', { SECRET })],
  ['URL', `https://host/?p=${encodeURIComponent(SECRET)}&x`],
  ['a form', new URLSearchParams({ a: 'b', p: SECRET }).toString()],
  ['hex', Buffer.from(`-${SECRET}-`).toString('hex')],
  ['HEX', Buffer.from(`-${SECRET}-`).toString('hex').toUpperCase()],
  ['base64 of itself', Buffer.from(SECRET).toString('base64')],
  ['base64 one byte in', Buffer.from(`x${SECRET}y`).toString('base64')],
  ['base64 two bytes in', Buffer.from(`xx${SECRET}yyy`).toString('base64')],
  ['base64url', Buffer.from(`xx${SECRET}yyy`).toString('base64url')],
  ['HTML', '<td>Käse&quot;&lt;7&amp;%\\&#39;+ zq_Xw93</td>'],
  ['CSV', `"Käse""<7&%\\'+ zq_Xw93"`],
  ['cut off', SECRET.slice(0, 12)],
  ['cut off in front', SECRET.slice(5)],
  ['as a parser quotes it', `Unexpected token, ..."${SECRET.slice(2, 13)}"... is not valid JSON`],
];

test.each(WRITTEN)('a secret is found in %s', (_, written) => {
  expect(search(inNoise(Buffer.from(written as string)))).not.toEqual([]);
});

test('a key is found as bytes, hex and base64 at each alignment', () => {
  const key = randomBytes(32);
  const searchKey = createSearch([{ name: 'key', forms: formsOfBytes(key) }]);
  for (const before of ['', 'a', 'ab']) {
    const text = Buffer.concat([Buffer.from(before), key, Buffer.from('!')]);
    for (const written of [text, text.toString('hex'), text.toString('base64'), text.toString('base64url')])
      expect(searchKey(inNoise(Buffer.from(written as string)))).not.toEqual([]);
  }
});

test('nothing is found where nothing is', () => {
  expect(search(randomBytes(4_000_000))).toEqual([]);
});

// What the search can't see must not be in the way of it: the test of leaks switches compression off.
test('a compressed secret is not found', () => {
  expect(search(gzipSync(json.repeat(20)))).toEqual([]);
});
