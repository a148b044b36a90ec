import { createKeyedHash, createRowTable, usernameKey } from '../manifest/manifest.js';

/**
 * Finds a row by its name without holding the name: 104 bits of two hashes under random keys, in typed arrays. Of a
 * million rows and four million names two differ and are taken for one with a chance of 2·10⁻¹⁹; nobody who doesn't know the
 * keys can better it. 18 to 31 bytes a row.
 */
export interface NameIndex {
  /** Rows from 1; each name once. */
  add(name: string, row: number): void;
  rowOf(name: string): number | undefined;
  /** What it takes, in bytes. */
  bytes(): number;
}

const FIRST_ROWS = 1024;
const WORDS = 2;

export function createNameIndex(caseSensitive: boolean): NameIndex {
  const table = createRowTable();
  const [place, proof] = [createKeyedHash(), createKeyedHash()];
  const words = new Uint32Array(2 * WORDS);
  const [placeWords, proofWords] = [words.subarray(0, WORDS), words.subarray(WORDS)];
  /** The second hash of each row, which the table has no room for. */
  let proofs = new Uint32Array(FIRST_ROWS * WORDS);

  const hash = (name: string) => {
    const key = usernameKey(name, caseSensitive);
    place(key, placeWords);
    proof(key, proofWords);
  };
  const grow = (rows: number) => {
    const larger = new Uint32Array(rows * WORDS);
    larger.set(proofs);
    proofs = larger;
  };

  return {
    add(name, row) {
      hash(name);
      if ((row + 1) * WORDS > proofs.length) grow(Math.max(row + 1, proofs.length));
      proofs.set(proofWords, row * WORDS);
      table.add(placeWords[0] ?? 0, placeWords[1] ?? 0, row);
    },
    rowOf(name) {
      hash(name);
      return table
        .matches(placeWords[0] ?? 0, placeWords[1] ?? 0)
        .find((row) => proofs[row * WORDS] === proofWords[0] && proofs[row * WORDS + 1] === proofWords[1]);
    },
    bytes: () => table.bytes() + proofs.byteLength,
  };
}
