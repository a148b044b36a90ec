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
  const file = await openInputFile(place);
  const buffer = Buffer.allocUnsafeSlow(PIECE);
  let bytes = 0;
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE, bytes);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}
