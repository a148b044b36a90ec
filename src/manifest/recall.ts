import { type Checkpoint, createCheckpoints } from './checkpoints.js';
import { readFields } from './fields.js';
import { MAX_RECORD_BYTES } from './limits.js';
import type { Manifest } from './manifest-file.js';
import type { Source } from './source.js';
import { type RecordSpan, splitRecords } from './split.js';

/** A row that has gone by, read from the file once more. */
export interface Recalled {
  username: string;
  line: number;
}

export interface Recall {
  /** Remembers where the rows are; they are numbered from `row` on and `offset` is that of the bytes they were found in. */
  note(records: readonly RecordSpan[], row: number, offset: number, consumed: number): void;
  /** Good rows that have gone by; ascending, each once. */
  usernames(rows: readonly number[]): Promise<Map<number, Recalled>>;
}

/** Checkpoints that are nearer than this are read in one go. */
const NEAR_BYTES = 2 * 1024;
/** Bytes that are read in one go, unless a single record has more. */
const STRETCH_BYTES = 256 * 1024;
/** Stretches that are read and parsed together; what they hold in memory is at most as many times 2 MiB. */
const READS = 16;

interface Found {
  row: number;
  line: number;
  record: Buffer;
}

interface Stretch {
  from: Checkpoint;
  end: number;
  rows: number[];
}

/** Finds earlier rows again in the file: a checkpoint every few rows, and from there on by splitting. */
export function createRecall(manifest: Manifest, source: Source): Recall {
  const checkpoints = createCheckpoints();
  const delimiter = manifest.delimiter.charCodeAt(0);
  let known = 0;

  const read = async ({ from, end, rows }: Stretch): Promise<Found[]> =>
    recordsAt(rows, await source.again(from.offset, end - from.offset), from, delimiter);

  return {
    note(records, row, offset, consumed) {
      for (const [n, { start, line }] of records.entries()) checkpoints.note(row + n, offset + start, line);
      known = offset + consumed;
    },
    async usernames(rows) {
      const found = new Map<number, Recalled>();
      const stretches = plan(rows, checkpoints, known);
      for (let n = 0; n < stretches.length; n += READS) {
        const records = (await Promise.all(stretches.slice(n, n + READS).map(read))).flat();
        const fields = readFields(
          records.map(({ record }) => record),
          delimiter,
        );
        for (const [at, { row, line }] of records.entries()) {
          found.set(row, { username: fields[at]?.[manifest.usernameColumn.index] ?? '', line });
        }
      }
      return found;
    },
  };
}

/** The fewest reads that are worth it, in the file's order. */
function plan(
  rows: readonly number[],
  checkpoints: ReturnType<typeof createCheckpoints>,
  known: number,
): Stretch[] {
  const stretches: Stretch[] = [];
  let current: Stretch | undefined;
  for (const row of rows) {
    const index = checkpoints.indexFor(row);
    const from = checkpoints.at(index);
    if (from === undefined) continue;
    // A row that can be asked for is good, so it ends within what a record may have after the last row before
    // the next checkpoint; what follows it may be a line of gigabytes, which is not to be read.
    const end = Math.min(checkpoints.at(index + 1)?.offset ?? known, from.offset + 2 * MAX_RECORD_BYTES);
    if (
      current !== undefined &&
      from.offset - current.end <= NEAR_BYTES &&
      (end <= current.end || end - current.from.offset <= STRETCH_BYTES)
    ) {
      current.end = Math.max(current.end, end);
      current.rows.push(row);
    } else {
      current = { from, end, rows: [row] };
      stretches.push(current);
    }
  }
  return stretches;
}

/** The bytes of rows that lie in a stretch from a checkpoint on. */
function recordsAt(rows: readonly number[], bytes: Buffer, from: Checkpoint, delimiter: number): Found[] {
  // A stretch begins and ends where records do, so that it splits as the whole file did.
  const upTo = (rows.at(-1) ?? 0) - from.row + 1;
  const { records } = splitRecords(bytes, delimiter, { line: from.line, skipping: false }, true, upTo);
  return rows.map((row) => {
    const span = records[row - from.row];
    if (span === undefined) throw new Error(`row ${row} is not where it was`);
    return { row, line: span.line, record: bytes.subarray(span.start, span.end) };
  });
}
