import { inspect } from 'node:util';

/** A byte string to look for, and in words what it is of a secret. */
export interface Form {
  name: string;
  bytes: Buffer;
}

/** Too short a piece would be found by chance: ten random characters of 94 are one in 10^19. */
const PIECE = 10;

/** A text secret in all the ways in which it may be written down: encodings, escapes, and each piece of ten characters. */
export function formsOfText(text: string): Form[] {
  const utf8 = Buffer.from(text);
  const json = JSON.stringify(text).slice(1, -1);
  const texts: [string, string][] = [
    ['as it is', text],
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON in ASCII', asciiJson(text, false)],
    ['JSON, every character escaped', asciiJson(text, true)],
    ['inspect', inspect(text).slice(1, -1)],
    ['URL', encodeURIComponent(text)],
    ['URL form', new URLSearchParams({ '': text }).toString().slice(1)],
    ['URL, every byte escaped', percent(utf8)],
    ['HTML', htmlOf(text)],
    ['CSV', text.replaceAll('"', '""')],
    ['SQL', text.replaceAll("'", "''")],
  ];
  return distinct([
    ...texts.map(([name, written]) => ({ name, bytes: Buffer.from(written) })),
    ...piecesOf(text),
    { name: 'UTF-16LE', bytes: Buffer.from(text, 'utf16le') },
    { name: 'UTF-16BE', bytes: Buffer.from(text, 'utf16le').swap16() },
    { name: 'Latin-1', bytes: Buffer.from(text, 'latin1') },
    ...formsOfBytes(utf8),
  ]);
}

/** A secret of bytes: as they are, in hex, and in base64 wherever in a longer text they stand. */
export function formsOfBytes(bytes: Buffer): Form[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((alignment) => {
    const inside = base64Inside(bytes, alignment);
    const urlSafe = inside.replaceAll('+', '-').replaceAll('/', '_');
    return [
      { name: `base64, alignment ${alignment}`, bytes: Buffer.from(inside) },
      { name: `base64url, alignment ${alignment}`, bytes: Buffer.from(urlSafe) },
    ];
  });
  return distinct([
    { name: 'bytes', bytes },
    { name: 'hex', bytes: Buffer.from(hex) },
    { name: 'HEX', bytes: Buffer.from(hex.toUpperCase()) },
    ...base64,
  ]);
}

/** The characters of base64 that say something of these bytes only, with `alignment` bytes of another before them. */
function base64Inside(bytes: Buffer, alignment: number): string {
  const encoded = Buffer.concat([Buffer.alloc(alignment), bytes]).toString('base64');
  const first = Math.ceil((alignment * 8) / 6);
  const last = Math.floor(((alignment + bytes.length) * 8) / 6);
  return encoded.slice(first, last);
}

function piecesOf(text: string): Form[] {
  const characters = [...text];
  return Array.from({ length: Math.max(0, characters.length - PIECE) }, (_, from) => ({
    name: `characters ${from + 1} to ${from + PIECE}`,
    bytes: Buffer.from(characters.slice(from, from + PIECE).join('')),
  }));
}

/** As writers of JSON do that write ASCII only, or escape all. */
function asciiJson(text: string, all: boolean): string {
  return all
    ? text.replaceAll(/[^]/g, unicodeEscape)
    : JSON.stringify(text)
        .slice(1, -1)
        .replaceAll(/[^ -~]/g, unicodeEscape);
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function percent(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function htmlOf(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

function distinct(forms: Form[]): Form[] {
  const seen = new Set<string>();
  return forms.filter(({ bytes }) => {
    const key = bytes.toString('latin1');
    return bytes.length > 0 && !seen.has(key) && seen.add(key);
  });
}
