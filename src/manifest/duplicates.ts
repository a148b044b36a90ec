import { createKeyedHash, type KeyedHash } from './keyed-hash.js';
import type { ManifestRow, UserRow } from './manifest-row.js';
import type { Recalled } from './recall.js';
import { createRowTable } from './row-table.js';
import { usernameKey } from './username.js';

export interface DuplicatesOptions {
  caseSensitive: boolean;
  /** Earlier rows by number, from the file. Asked only when hashes are equal. */
  recall(rows: readonly number[]): Promise<ReadonlyMap<number, Recalled>>;
  hash?: KeyedHash | undefined;
}

/** Takes all rows in order, a batch at a time, and gives them back with each user that came before as `DuplicateUsername`. */
export type MarkDuplicates = (batch: ManifestRow[]) => Promise<ManifestRow[]>;

/**
 * Usernames are remembered by hash and row only. Equal hashes decide nothing: the earlier row is read again and
 * compared, all of a batch's in one sweep over the file.
 */
export function createDuplicates({
  caseSensitive,
  recall,
  hash = createKeyedHash(),
}: DuplicatesOptions): MarkDuplicates {
  const table = createRowTable();
  const words = new Uint32Array(2);
  const keyOf = (name: string) => usernameKey(name, caseSensitive);

  return async (batch) => {
    const suspects: UserRow[] = [];
    for (const row of batch) {
      if (row.kind !== 'user') continue;
      hash(keyOf(row.username), words);
      if (!table.addUnlessMatched(words[0] ?? 0, words[1] ?? 0, row.row)) suspects.push(row);
    }
    if (suspects.length === 0) return batch;

    const firstInBatch = batch[0]?.row ?? 0;
    const earlier = await recall(earlierMatches(suspects, firstInBatch));
    const repeated = new Map<number, ManifestRow>();
    for (const suspect of suspects) {
      const key = keyOf(suspect.username);
      hash(key, words);
      const [segment = 0, tag = 0] = words;
      const first = table.matches(segment, tag).find((row) => {
        const other = row < firstInBatch ? earlier.get(row) : batch[row - firstInBatch];
        return other !== undefined && keyOf(other.username) === key;
      });
      if (first === undefined) {
        table.add(segment, tag, suspect.row);
      } else {
        const line = (first < firstInBatch ? earlier.get(first) : batch[first - firstInBatch])?.line;
        repeated.set(suspect.row, duplicateOf(suspect, first, line));
      }
    }
    return batch.map((row) => repeated.get(row.row) ?? row);
  };

  /** The rows of earlier batches that have a suspect's hash; ascending, each once. */
  function earlierMatches(suspects: readonly UserRow[], firstInBatch: number): number[] {
    const rows = new Set<number>();
    for (const { username } of suspects) {
      hash(keyOf(username), words);
      for (const row of table.matches(words[0] ?? 0, words[1] ?? 0)) {
        if (row < firstInBatch) rows.add(row);
      }
    }
    return [...rows].sort((a, b) => a - b);
  }

  function duplicateOf(
    { row, line, username, fields }: UserRow,
    first: number,
    firstLine: number | undefined,
  ): ManifestRow {
    const message =
      `the same username as row ${first} (line ${firstLine}), which is the one that counts` +
      (caseSensitive ? '' : '; the pool does not tell upper from lower case');
    return {
      kind: 'refused',
      row,
      line,
      username,
      status: 'skipped',
      error: 'DuplicateUsername',
      message,
      fields,
    };
  }
}
