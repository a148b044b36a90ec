import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Transform, type TransformCallback } from 'node:stream';
import type { RunKey } from './run-key.js';

/**
 * A file under a run's key (AES-256-GCM) that can be read at any place: a mark, a salt for a key of its own, then chunks
 * of 64 KiB, each with its tag before it. A chunk's nonce is its number and whether it is the last (the STREAM
 * construction, as in age and Tink), so chunks can't be changed, swapped, left out or cut off.
 */
const MARK = Buffer.from('cbr-sealed-1\n\0\0\0');
const SALT_BYTES = 32;
const HEADER_BYTES = MARK.length + SALT_BYTES;
const TAG_BYTES = 16;
const CHUNK_BYTES = 64 * 1024;
const CIPHER = 'aes-256-gcm';

/** The copy is not as it was written, or was written under another key. */
export class SealedCopyError extends Error {
  override readonly name = 'SealedCopyError';
}

/** What is piped through comes out as a sealed copy. */
export function sealingStream(key: RunKey): Transform {
  const salt = randomBytes(SALT_BYTES);
  const copyKey = keyOfCopy(key, salt);
  let waiting: Buffer = Buffer.alloc(0);
  let number = 0;
  const seal = (chunk: Buffer, isLast: boolean): Buffer => {
    const cipher = createCipheriv(CIPHER, copyKey, nonceOf(number, isLast), { authTagLength: TAG_BYTES });
    number += 1;
    const sealed = Buffer.concat([cipher.update(chunk), cipher.final()]);
    return Buffer.concat([cipher.getAuthTag(), sealed]);
  };
  const stream = new Transform({
    transform(data: Buffer, _encoding, done: TransformCallback) {
      waiting = Buffer.concat([waiting, data]);
      // The last chunk is known only at the end, so one is always kept back.
      while (waiting.length > CHUNK_BYTES) {
        this.push(seal(waiting.subarray(0, CHUNK_BYTES), false));
        waiting = waiting.subarray(CHUNK_BYTES);
      }
      done();
    },
    flush(done) {
      done(null, seal(waiting, true));
    },
  });
  stream.push(Buffer.concat([MARK, salt]));
  return stream;
}

/** Reads the text of a sealed copy. */
export interface SealedCopy {
  /** Of the text. */
  bytes: number;
  /** As `FileHandle.read`: fewer bytes than asked for are no sign of the end, none is. @throws SealedCopyError */
  read(into: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

/** @throws SealedCopyError if it is no sealed copy; a wrong key shows when it is read */
export async function openSealedCopy(file: FileHandle, key: RunKey): Promise<SealedCopy> {
  const { size } = await file.stat();
  const header = await readWhole(file, HEADER_BYTES, 0);
  if (!header.subarray(0, MARK.length).equals(MARK)) throw new SealedCopyError('it is no sealed copy');
  const copyKey = keyOfCopy(key, header.subarray(MARK.length));
  const chunks = Math.max(1, Math.ceil((size - HEADER_BYTES) / (TAG_BYTES + CHUNK_BYTES)));
  const bytes = size - HEADER_BYTES - chunks * TAG_BYTES;
  if (bytes < 0) throw new SealedCopyError('it was cut off');
  let open: { number: number; text: Buffer } | undefined;

  const textOf = async (number: number): Promise<Buffer> => {
    if (open?.number === number) return open.text;
    const isLast = number === chunks - 1;
    const length = isLast ? bytes - number * CHUNK_BYTES : CHUNK_BYTES;
    const at = HEADER_BYTES + number * (TAG_BYTES + CHUNK_BYTES);
    const sealed = await readWhole(file, TAG_BYTES + length, at);
    const decipher = createDecipheriv(CIPHER, copyKey, nonceOf(number, isLast), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(0, TAG_BYTES));
    const text = decipher.update(sealed.subarray(TAG_BYTES));
    try {
      decipher.final();
    } catch {
      throw new SealedCopyError('it was changed, or sealed under another key');
    }
    open = { number, text };
    return text;
  };

  return {
    bytes,
    read: async (into, offset, length, position) => {
      if (position >= bytes || length <= 0) return { bytesRead: 0 };
      const number = Math.floor(position / CHUNK_BYTES);
      const text = await textOf(number);
      const from = position - number * CHUNK_BYTES;
      return { bytesRead: text.copy(into, offset, from, Math.min(text.length, from + length)) };
    },
  };
}

/** Of its own, so that nonces which count from 0 never come twice under one key. */
function keyOfCopy(key: RunKey, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key.subkey('input'), salt, 'cognito-bulk-reset input v1', 32));
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

async function readWhole(file: FileHandle, length: number, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new SealedCopyError('it was cut off');
    filled += bytesRead;
  }
  return buffer;
}
