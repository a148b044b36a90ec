/** Puts values that arrive in any order back in row order, within a window of rows. */
export interface Reorder<T> {
  /** The oldest row that has no value yet or has not been taken: what `take` begins with. */
  readonly next: number;
  /** The row after the last one whose turn has come: the oldest row that nothing was heard of. */
  readonly missing: number;
  /**
   * Accepts the value of a row. The first one wins: `false` if the row already has one or was already taken.
   * @throws RangeError if the row is beyond the window or no row number: the caller's own mistake.
   */
  put(row: number, value: T): boolean;
  /** Takes out all values whose turn has come, in row order without a gap. */
  take(): T[];
  /** The rows up to `last` that have no value, oldest first: those to look for if they were lost. */
  missingUpTo(last: number): number[];
}

/**
 * @param lastRow the last row that is done already; 0 for a new report.
 * @param window how many rows, from the oldest not taken on, are held at most.
 */
export function createReorder<T>(lastRow: number, window: number): Reorder<T> {
  if (!Number.isSafeInteger(window) || window < 1) {
    throw new RangeError(`the window must be a whole number from 1 up, got ${window}`);
  }
  // A ring: row r lives in slot r % window, free again as soon as it was taken.
  const slots = new Array<{ value: T } | undefined>(window).fill(undefined);
  let next = lastRow + 1;
  let missing = lastRow + 1;

  return {
    get next() {
      return next;
    },
    get missing() {
      return missing;
    },
    put(row, value) {
      if (!Number.isSafeInteger(row) || row < 1) throw new RangeError(`no row number: ${row}`);
      if (row < missing) return false;
      if (row >= next + window) {
        throw new RangeError(`row ${row} is beyond the window: rows ${next} to ${next + window - 1}`);
      }
      if (slots[row % window] !== undefined) return false;
      slots[row % window] = { value };
      while (missing < next + window && slots[missing % window] !== undefined) missing += 1;
      return true;
    },
    take() {
      const values: T[] = [];
      for (; next < missing; next += 1) {
        const slot = slots[next % window];
        if (slot !== undefined) values.push(slot.value);
        slots[next % window] = undefined;
      }
      return values;
    },
    missingUpTo(last) {
      const rows: number[] = [];
      for (let row = missing; row <= last; row += 1) {
        if (row >= next + window || slots[row % window] === undefined) rows.push(row);
      }
      return rows;
    },
  };
}
