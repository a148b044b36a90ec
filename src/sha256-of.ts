import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

export function sha256OfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Bytes read at once. */
const PIECE = 256 * 1024;

/**
 * SHA-256 of a file in hex. All of it is read into one buffer, piece by piece: those of a stream pile up until they are
 * collected, to 66 MB with the report of a million rows.
 */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
