import { isUtf8 } from 'node:buffer';
import { UsageError } from '../usage-error.js';
import { PROBE_BYTES } from './limits.js';
import { printable } from './printable.js';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** What files of other kinds begin with, and what to do about each. */
const OTHER_KINDS: readonly { magic: string; what: string }[] = [
  {
    magic: '504b0304',
    what: 'a zip file or a workbook (Excel, LibreOffice, Numbers); save the sheet as CSV',
  },
  { magic: 'd0cf11e0', what: 'an Excel workbook; save the sheet as CSV UTF-8' },
  { magic: '1f8b', what: 'compressed with gzip; unpack it first (gunzip)' },
  { magic: '28b52ffd', what: 'compressed with zstd; unpack it first (unzstd)' },
  { magic: '425a68', what: 'compressed with bzip2; unpack it first (bunzip2)' },
  { magic: 'fd377a585a00', what: 'compressed with xz; unpack it first (unxz)' },
  { magic: '25504446', what: 'a PDF; a CSV is needed' },
  { magic: 'fffe0000', what: 'encoded in UTF-32; convert it: iconv -f UTF-32 -t UTF-8' },
  { magic: '0000feff', what: 'encoded in UTF-32; convert it: iconv -f UTF-32 -t UTF-8' },
];

/**
 * The encoding by the file's byte order mark, UTF-8 without one, and the mark's length in bytes.
 *
 * @param head the file's first bytes
 * @param whole whether they are all of it
 * @throws {UsageError} when it is no text, or not in an encoding that can be told
 */
export function detectEncoding(
  head: Buffer,
  whole: boolean,
  path: string,
): { encoding: Encoding; bom: number } {
  for (const { magic, what } of OTHER_KINDS) {
    const bytes = Buffer.from(magic, 'hex');
    if (!bytes.equals(head.subarray(0, bytes.length))) continue;
    const workbook = magic === '504b0304' && head.includes('[Content_Types].xml');
    throw new UsageError(
      `${printable(path)} is ${workbook ? 'an Excel workbook; save the sheet as CSV UTF-8' : what}`,
    );
  }
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bom: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bom: 2 };
  const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;

  const probe = head.subarray(0, PROBE_BYTES);
  if (probe.includes(0)) {
    throw new UsageError(
      `${printable(path)} holds NUL bytes: it is no text, or UTF-16 without a byte order mark; save it as CSV UTF-8`,
    );
  }
  const cutHere = !whole || head.length > probe.length;
  if (!isUtf8(cutHere ? withoutCutCharacter(probe) : probe)) {
    throw new UsageError(
      `${printable(path)} is not UTF-8 (line ${badLine(probe)}): save it as CSV UTF-8, or convert it, if it is from ` +
        'Windows: iconv -f WINDOWS-1252 -t UTF-8',
    );
  }
  return { encoding: 'utf-8', bom };
}

/** Without the bytes of a last character that goes on behind them. */
function withoutCutCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    // 11xxxxxx begins a character, 10xxxxxx continues one.
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
    if (byte < 0x80) return bytes;
  }
  return bytes;
}

function badLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
  return line;
}
