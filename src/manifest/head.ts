import { SealedCopyError } from '../password/sealed-copy.js';
import { UsageError } from '../usage-error.js';
import { detectEncoding } from './encoding.js';
import { type InputPlace, openInputFile } from './input-file.js';
import { HEAD_BYTES } from './limits.js';
import { printable } from './printable.js';
import type { SourceFile } from './source.js';
import { utf16ToUtf8 } from './utf16.js';

/** The start of a file, as text. */
export interface Head extends SourceFile {
  /** UTF-8, without a byte order mark. */
  text: Buffer;
  /** Whether `text` is the whole file. */
  whole: boolean;
  /** Bytes of the file that went into `text`. */
  textBytes: number;
}

/** @throws {UsageError} when the file cannot be read, is empty or is no text */
export async function readHead({ path, sealedBy }: InputPlace): Promise<Head> {
  const { head, bytes, modifiedMs } = await firstBytes({ path, sealedBy });
  const whole = head.length === bytes;
  if (head.length === 0) throw new UsageError(`${printable(path)} is empty; a CSV with usernames is needed`);
  const { encoding, bom } = detectEncoding(head, whole, path);
  const body = head.subarray(bom);
  const { utf8: text, used } =
    encoding === 'utf-8'
      ? { utf8: body, used: body.length }
      : utf16ToUtf8(body, encoding === 'utf-16be', whole);
  return { path, sealedBy, encoding, bom, bytes, modifiedMs, text, whole, textBytes: used };
}

async function firstBytes(place: InputPlace): Promise<{ head: Buffer; bytes: number; modifiedMs: number }> {
  const { path } = place;
  const file = await openInputFile(place).catch((cause: unknown) => {
    throw new UsageError(`${printable(path)} ${whyNot(cause)}`, { cause });
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory())
      throw new UsageError(`${printable(path)} is a directory; name the CSV file in it`);
    if (!stat.isFile()) {
      throw new UsageError(
        `${printable(path)} is no regular file; pass a pipe as standard input, with - for its name`,
      );
    }
    const head = Buffer.allocUnsafeSlow(Math.min(HEAD_BYTES, file.bytes));
    let filled = 0;
    while (filled < head.length) {
      const { bytesRead } = await file.read(head, filled, head.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { head: head.subarray(0, filled), bytes: file.bytes, modifiedMs: stat.mtimeMs };
  } finally {
    await file.close();
  }
}

function whyNot(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist; check the path';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user; check its permissions';
  if (cause instanceof SealedCopyError) return `cannot be opened: ${cause.message}`;
  return `cannot be opened (${code || String(cause)})`;
}
