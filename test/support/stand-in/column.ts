type NumberArray = Float64Array | Uint32Array | Uint8Array;

/** A typed array that grows at its end: a million numbers without a million objects. */
export interface Column {
  push(value: number): void;
  set(index: number, value: number): void;
  /** Throws for an index that was never pushed. */
  get(index: number): number;
  readonly length: number;
}

const FIRST_CAPACITY = 1024;

/** An empty column; `make` says how wide its numbers are. */
export function column(make: (length: number) => NumberArray): Column {
  let values = make(FIRST_CAPACITY);
  let length = 0;
  return {
    push: (value) => {
      if (length === values.length) {
        const larger = make(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      length += 1;
    },
    set: (index, value) => {
      values[index] = value;
    },
    get: (index) => {
      const value = values[index];
      if (value === undefined || index >= length)
        throw new RangeError(`No ${index} in a column of ${length}`);
      return value;
    },
    get length() {
      return length;
    },
  };
}

export const bytes = (): Column => column((length) => new Uint8Array(length));
export const words = (): Column => column((length) => new Uint32Array(length));
export const doubles = (): Column => column((length) => new Float64Array(length));
