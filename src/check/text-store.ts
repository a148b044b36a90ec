const BLOCK_BYTES = 1024 * 1024;
const LENGTH_BYTES = 2;
const LONGEST = 2 ** (8 * LENGTH_BYTES) - 1;

/** Short texts by row, as UTF-8 in blocks: a string for each would take three times as much. */
export interface TextStore {
  /** The latest text of a row counts. */
  set(row: number, text: string): void;
  get(row: number): string | undefined;
}

/** For rows from 1 to `rows`, and 4 GB of text. Takes nothing until the first text comes. */
export function createTextStore(rows: number): TextStore {
  const blocks: Buffer[] = [];
  /** One more than where the row's text is; 0 for none. */
  let places: Uint32Array | undefined;
  let used = 0;
  return {
    set(row, text) {
      const bytes = Buffer.from(text).subarray(0, LONGEST);
      const size = LENGTH_BYTES + bytes.length;
      // No text lies across two blocks.
      if (used + size > blocks.length * BLOCK_BYTES) {
        used = blocks.length * BLOCK_BYTES;
        blocks.push(Buffer.alloc(BLOCK_BYTES));
      }
      const block = blocks.at(-1);
      block?.writeUInt16LE(bytes.length, used % BLOCK_BYTES);
      block?.set(bytes, (used % BLOCK_BYTES) + LENGTH_BYTES);
      places ??= new Uint32Array(rows + 1);
      places[row] = used + 1;
      used += size;
    },
    get(row) {
      const place = places?.[row] ?? 0;
      if (place === 0) return undefined;
      const block = blocks[Math.floor((place - 1) / BLOCK_BYTES)];
      const at = (place - 1) % BLOCK_BYTES;
      const length = block?.readUInt16LE(at) ?? 0;
      return block?.toString('utf8', at + LENGTH_BYTES, at + LENGTH_BYTES + length);
    },
  };
}
