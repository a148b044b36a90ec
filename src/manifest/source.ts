import { stat } from 'node:fs/promises';
import { SealedCopyError } from '../password/sealed-copy.js';
import { ManifestChangedError } from './changed-error.js';
import type { Encoding } from './encoding.js';
import { type InputFile, type InputPlace, openInputFile } from './input-file.js';
import { CHUNK_BYTES } from './limits.js';
import { printable } from './printable.js';
import { utf16ToUtf8 } from './utf16.js';

/** The file's text as UTF-8 without a byte order mark. Offsets count bytes of that text. */
export interface Source {
  /** The next stretch; undefined at the end. More than usual when asked for, so that a long record is not scanned at each step. */
  next(atLeast?: number): Promise<Buffer | undefined>;
  /** A stretch that `next` has gone past; shorter when there is not so much. */
  again(offset: number, length: number): Promise<Buffer>;
  /** @throws {ManifestChangedError} */
  assertUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/** What `openSource` must know of the file. */
export interface SourceFile extends InputPlace {
  encoding: Encoding;
  /** Length of the byte order mark. */
  bom: number;
  bytes: number;
  modifiedMs: number;
}

/** @throws {ManifestChangedError} when size or time of writing differ from what the file says */
export async function openSource(file: SourceFile, chunkBytes = CHUNK_BYTES): Promise<Source> {
  const handle = await openInputFile(file);
  try {
    await assertUnchanged(handle, file);
  } catch (error) {
    await handle.close();
    throw error;
  }
  const shared = { assertUnchanged: () => assertUnchanged(handle, file), close: () => handle.close() };
  const reading =
    file.encoding === 'utf-8' ? utf8(handle, file, chunkBytes) : utf16(handle, file, chunkBytes);
  return { ...reading, ...shared };
}

type Reading = Pick<Source, 'next' | 'again'>;

function utf8(handle: InputFile, { bom, bytes }: SourceFile, chunkBytes: number): Reading {
  let position = bom;
  return {
    async next(atLeast = 0) {
      const chunk = await readAt(handle, position, Math.min(Math.max(chunkBytes, atLeast), bytes - position));
      position += chunk.length;
      return chunk.length === 0 ? undefined : chunk;
    },
    again: (offset, length) => readAt(handle, bom + offset, Math.min(length, position - bom - offset)),
  };
}

function utf16(handle: InputFile, { bom, bytes, encoding }: SourceFile, chunkBytes: number): Reading {
  // A surrogate pair has four bytes; with fewer a step could stand still.
  const step = Math.max(4, chunkBytes);
  /** Where each step began: in the file, and in the text. UTF-16 has no fixed length in UTF-8. */
  const steps: { position: number; used: number; offset: number }[] = [];
  let position = bom;
  let offset = 0;

  const decode = async (from: number, length: number) => {
    const chunk = await readAt(handle, from, Math.min(length, bytes - from));
    return utf16ToUtf8(chunk, encoding === 'utf-16be', from + chunk.length >= bytes);
  };
  return {
    async next(atLeast = 0) {
      const { utf8: text, used } = await decode(position, Math.max(step, atLeast));
      if (used === 0) return undefined;
      steps.push({ position, used, offset });
      position += used;
      offset += text.length;
      return text;
    },
    async again(start, length) {
      const end = Math.min(start + length, offset);
      const first = steps.findLastIndex((each) => each.offset <= start);
      const pieces: Buffer[] = [];
      for (let n = first; n < steps.length; n++) {
        const each = steps[n];
        if (each === undefined || each.offset >= end) break;
        const { utf8: text } = await decode(each.position, each.used);
        pieces.push(text.subarray(Math.max(0, start - each.offset), Math.max(0, end - each.offset)));
      }
      return Buffer.concat(pieces);
    },
  };
}

/** Fewer bytes than asked for only at the file's end. */
async function readAt(handle: InputFile, position: number, length: number): Promise<Buffer> {
  if (length <= 0) return Buffer.alloc(0);
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle
      .read(buffer, filled, length - filled, position + filled)
      .catch((cause: unknown) => {
        if (!(cause instanceof SealedCopyError)) throw cause;
        throw new ManifestChangedError(`the copy of standard input can't be read: ${cause.message}`, {
          cause,
        });
      });
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function assertUnchanged(handle: InputFile, file: SourceFile): Promise<void> {
  const [now, there] = await Promise.all([handle.stat(), stat(file.path).catch(() => undefined)]);
  // Of a sealed copy, the size of the text was told when it was opened.
  const bytes = file.sealedBy === undefined ? now.size : handle.bytes;
  const path = printable(file.path);
  if (bytes !== file.bytes || now.mtimeMs !== file.modifiedMs) {
    throw new ManifestChangedError(
      `${path} was written to while it was read (${file.bytes} bytes when the run began, ${bytes} now); ` +
        'put the file back as it was and resume',
    );
  }
  // What is open is still the old one; but a resume, or what is written at the end, would read the other.
  if (there?.ino !== now.ino || there.dev !== now.dev) {
    throw new ManifestChangedError(
      `${path} was ${there === undefined ? 'removed' : 'replaced by another file'} while it was read; put the file back as it was and resume`,
    );
  }
}
