import { createHash } from 'node:crypto';
import { type InputPlace, openInputFile } from './input-file.js';

const PIECE = 1024 * 1024;

/**
 * The size in bytes and the SHA-256 (hexadecimal) of the input's text, read piece by piece.
 *
 * @throws whatever the file system says; SealedCopyError if a sealed one was changed
 */
export async function fingerprint(place: InputPlace): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  // One for all: they would pile up until they are collected.
  const buffer = Buffer.allocUnsafe(PIECE);
  for await (const piece of inputText(place, () => buffer)) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * The input's text from its first byte to its last, in pieces that `make` makes room for.
 *
 * @throws as `fingerprint`
 */
export async function* inputText(
  place: InputPlace,
  make = () => Buffer.allocUnsafe(PIECE),
): AsyncGenerator<Buffer> {
  const file = await openInputFile(place);
  try {
    for (let position = 0; ;) {
      const buffer = make();
      const { bytesRead } = await file.read(buffer, 0, PIECE, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
