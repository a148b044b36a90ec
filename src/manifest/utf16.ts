/** No byte of UTF-8 has this value: a row that holds it is told from good ones by `isUtf8`. */
const INVALID = Buffer.from([0xff]);

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * UTF-16 as UTF-8. A lone surrogate or half a unit, which no UTF-8 can stand for, becomes the invalid byte FF, so
 * that its row fails and no username is changed in silence.
 *
 * @param last no more bytes follow; else a unit or a pair that is cut at the end is left for the next call
 * @returns the UTF-8 and how many of the bytes went into it
 */
export function utf16ToUtf8(
  bytes: Buffer,
  bigEndian: boolean,
  last: boolean,
): { utf8: Buffer; used: number } {
  const even = bytes.length - (bytes.length % 2);
  const units = bigEndian ? Buffer.from(bytes.subarray(0, even)).swap16() : bytes.subarray(0, even);
  let text = units.toString('utf16le');
  let used = even;
  if (!last && /[\ud800-\udbff]$/.test(text)) {
    text = text.slice(0, -1);
    used -= 2;
  }
  const halfUnit = last && even < bytes.length;
  if (text.isWellFormed() && !halfUnit) return { utf8: Buffer.from(text), used };

  const pieces = text.split(LONE_SURROGATE).flatMap((piece, n) => (n === 0 ? [piece] : [INVALID, piece]));
  if (halfUnit) pieces.push(INVALID);
  return {
    utf8: Buffer.concat(pieces.map((piece) => Buffer.from(piece))),
    used: halfUnit ? bytes.length : used,
  };
}
