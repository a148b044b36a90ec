/** Where a row begins. */
export interface Checkpoint {
  row: number;
  /** Bytes of the text before it. */
  offset: number;
  line: number;
}

/** A row in so many has a checkpoint, and the first behind so many bytes: what is read again to find one row. */
const EVERY_ROWS = 16;
const EVERY_BYTES = 64 * 1024;

const PER_BLOCK = 4096;
const NUMBERS = 3;

/** Checkpoints in the order of their rows, three numbers each: 1.5 bytes a row. */
export interface Checkpoints {
  /** Takes every row in order and keeps some. */
  note(row: number, offset: number, line: number): void;
  /** The place in the list of the last one at or before the row. */
  indexFor(row: number): number;
  /** Undefined behind the last. */
  at(index: number): Checkpoint | undefined;
  bytes(): number;
}

export function createCheckpoints(): Checkpoints {
  // In blocks, so that growing copies nothing.
  const blocks: Float64Array[] = [];
  let count = 0;
  let last: Checkpoint | undefined;

  const at = (index: number): Checkpoint | undefined => {
    const block = blocks[Math.floor(index / PER_BLOCK)];
    if (block === undefined || index >= count) return undefined;
    const start = (index % PER_BLOCK) * NUMBERS;
    const [row = 0, offset = 0, line = 0] = block.subarray(start, start + NUMBERS);
    return { row, offset, line };
  };

  return {
    note(row, offset, line) {
      if (last !== undefined && row - last.row < EVERY_ROWS && offset - last.offset < EVERY_BYTES) return;
      if (count % PER_BLOCK === 0) blocks.push(new Float64Array(PER_BLOCK * NUMBERS));
      blocks.at(-1)?.set([row, offset, line], (count % PER_BLOCK) * NUMBERS);
      last = { row, offset, line };
      count++;
    },
    indexFor(row) {
      let low = 0;
      let high = count - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((at(middle)?.row ?? 0) <= row) low = middle;
        else high = middle - 1;
      }
      return low;
    },
    at,
    bytes: () => blocks.length * PER_BLOCK * NUMBERS * Float64Array.BYTES_PER_ELEMENT,
  };
}
