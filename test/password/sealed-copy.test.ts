import { randomBytes } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunKey } from '../../src/password/run-key.js';
import { openSealedCopy, SealedCopyError } from '../../src/password/sealed-copy.js';
import { spoolInput } from '../../src/run/spool.js';
import { testDirectory } from '../manifest/files.js';

const directory = testDirectory();
const KEY = new RunKey(new Uint8Array(32).fill(3));
const CHUNK = 64 * 1024;
const HEADER = 48;
const SEALED_CHUNK = CHUNK + 16;

let files = 0;

async function sealed(pieces: Buffer[]): Promise<string> {
  files += 1;
  const path = join(directory, `sealed-${files}`);
  await spoolInput(Readable.from(pieces), { path, sealedBy: KEY });
  return path;
}

async function whole(path: string, key = KEY): Promise<Buffer> {
  const file = await open(path);
  try {
    const copy = await openSealedCopy(file, key);
    const text = Buffer.alloc(copy.bytes);
    for (let at = 0; at < text.length;) {
      const { bytesRead } = await copy.read(text, at, text.length - at, at);
      expect(bytesRead).toBeGreaterThan(0);
      at += bytesRead;
    }
    expect(await copy.read(Buffer.alloc(1), 0, 1, copy.bytes)).toEqual({ bytesRead: 0 });
    // Also of an empty text there is a chunk, and it may have been changed.
    await copy.read(Buffer.alloc(1), 0, 1, 0);
    return text;
  } finally {
    await file.close();
  }
}

test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])(
  'a text of %d bytes comes back',
  async (bytes) => {
    const text = randomBytes(bytes);
    expect(await whole(await sealed([text]))).toEqual(text);
  },
);

test('it can be read at any place, however it was written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 60_000 }), { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(100_000),
      async (parts, at, length) => {
        const pieces = parts.map((part) => Buffer.from(part));
        const text = Buffer.concat(pieces);
        const file = await open(await sealed(pieces));
        const copy = await openSealedCopy(file, KEY);
        const position = Math.floor(at * text.length);
        const into = Buffer.alloc(length + 3);
        const { bytesRead } = await copy.read(into, 3, length, position);
        await file.close();
        expect(copy.bytes).toBe(text.length);
        expect(into.subarray(3, 3 + bytesRead)).toEqual(text.subarray(position, position + bytesRead));
        expect(bytesRead > 0 || length === 0 || position >= text.length).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

describe('it is refused when it is not as it was written:', () => {
  const text = randomBytes(3 * CHUNK + 100);
  const changes: [string, (bytes: Buffer) => Buffer][] = [
    [
      'a byte of it changed',
      (bytes) => (bytes.writeUInt8((bytes[HEADER + 40] ?? 0) ^ 1, HEADER + 40), bytes),
    ],
    ['a byte of its salt changed', (bytes) => (bytes.writeUInt8((bytes[20] ?? 0) ^ 1, 20), bytes)],
    ['cut off within a chunk', (bytes) => bytes.subarray(0, -10)],
    ['cut off between chunks', (bytes) => bytes.subarray(0, HEADER + 2 * SEALED_CHUNK)],
    ['cut off in its header', (bytes) => bytes.subarray(0, 20)],
    [
      'a chunk left out',
      (bytes) => Buffer.concat([bytes.subarray(0, HEADER), bytes.subarray(HEADER + SEALED_CHUNK)]),
    ],
    [
      'two chunks swapped',
      (bytes) =>
        Buffer.concat([
          bytes.subarray(0, HEADER),
          bytes.subarray(HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK),
          bytes.subarray(HEADER, HEADER + SEALED_CHUNK),
          bytes.subarray(HEADER + 2 * SEALED_CHUNK),
        ]),
    ],
    ['something behind it', (bytes) => Buffer.concat([bytes, Buffer.alloc(30)])],
    ['no sealed copy at all', () => Buffer.from(`username,password\n${'x'.repeat(100)}`)],
  ];
  test.each(changes)('%s', async (_, change) => {
    const path = await sealed([text]);
    await writeFile(path, change(await readFile(path)));
    await expect(whole(path)).rejects.toThrow(SealedCopyError);
  });

  test('another key', async () => {
    await expect(whole(await sealed([text]), new RunKey(new Uint8Array(32).fill(4)))).rejects.toThrow(
      SealedCopyError,
    );
  });
});

test('nothing of the text is in it, and two copies of one text have nothing in common but their mark', async () => {
  const text = Buffer.from('Canary-password-1\n'.repeat(1000));
  const [one, two] = [await readFile(await sealed([text])), await readFile(await sealed([text]))];
  expect(one.includes('Canary')).toBe(false);
  expect(one.length).toBe(two.length);
  expect(one.subarray(0, 16)).toEqual(two.subarray(0, 16));
  expect(one.subarray(16, 48).equals(two.subarray(16, 48))).toBe(false);
  expect(one.subarray(48).equals(two.subarray(48))).toBe(false);
});
