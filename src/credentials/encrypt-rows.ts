import type { Encrypter } from 'age-encryption';

/** `rows` as an age file, in pieces: 64 KiB of them are held at a time, whatever their number. */
export async function encryptRows(
  rows: AsyncIterable<string>,
  encrypter: Encrypter,
): Promise<AsyncIterable<Uint8Array>> {
  return encrypter.encrypt(ReadableStream.from(utf8(rows)));
}

async function* utf8(rows: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of rows) yield encoder.encode(text);
}
