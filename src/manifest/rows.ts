import { createDuplicates } from './duplicates.js';
import { judgeRecords } from './judge.js';
import type { KeyedHash } from './keyed-hash.js';
import { BATCH_ROWS } from './limits.js';
import type { Manifest } from './manifest-file.js';
import type { ManifestRow } from './manifest-row.js';
import { createRecall } from './recall.js';
import { selectRows } from './selection.js';
import { openSource } from './source.js';
import { type SplitState, splitRecords } from './split.js';

export interface ReadOptions {
  /** Whether the pool tells `bob` from `BOB` (`UsernameConfiguration.CaseSensitive`). */
  caseSensitive: boolean;
  /** Bytes to read at a time; what comes out does not depend on it. @default 32 KiB */
  chunkBytes?: number;
  /** How usernames are hashed for the table of duplicates; what comes out does not depend on it. @default SipHash with a random key */
  hash?: KeyedHash;
}

/**
 * All data rows in the file's order (of a selection those, numbered from 1), in batches of at most 1024. Every reading of an unchanged file gives
 * the same rows with the same numbers. Nothing is read ahead: memory is a few MB and the table of duplicates (under
 * 20 bytes a row), however slowly the batches are taken.
 *
 * @throws {ManifestChangedError} when the file is not as `openManifest` saw it, before the first batch or with each stretch that is read
 */
export function readManifest(
  manifest: Manifest,
  options: ReadOptions,
): AsyncGenerator<readonly ManifestRow[]> {
  const rows = readAll(manifest, options);
  return manifest.only === undefined ? rows : selectRows(rows, manifest.only);
}

async function* readAll(
  manifest: Manifest,
  { caseSensitive, chunkBytes, hash }: ReadOptions,
): AsyncGenerator<readonly ManifestRow[]> {
  const source = await openSource(manifest, chunkBytes);
  try {
    const delimiter = manifest.delimiter.charCodeAt(0);
    const recall = createRecall(manifest, source);
    const markDuplicates = createDuplicates({ caseSensitive, recall: recall.usernames, hash });
    let headerIsNext = manifest.header !== undefined;
    let state: SplitState = { line: 1, skipping: false };
    let bytes: Buffer = Buffer.alloc(0);
    let offset = 0;
    let row = 1;
    for (let final = false; !final;) {
      const chunk = await source.next(bytes.length);
      final = chunk === undefined;
      let unchanged = false;
      if (chunk !== undefined) bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      for (let more = true; more;) {
        const split = splitRecords(bytes, delimiter, state, final, BATCH_ROWS);
        more = split.records.length === BATCH_ROWS;
        // Before anybody is given a row of it: half of an old row and half of a new one may be a third user.
        if (!unchanged && (final || split.records.length > 0)) {
          await source.assertUnchanged();
          unchanged = true;
        }
        if (headerIsNext && split.records.shift() !== undefined) headerIsNext = false;
        if (split.records.length > 0) {
          recall.note(split.records, row, offset, split.consumed);
          yield await markDuplicates(judgeRecords(manifest, bytes, split.records, row));
        }
        row += split.records.length;
        offset += split.consumed;
        bytes = bytes.subarray(split.consumed);
        state = split.state;
      }
    }
  } finally {
    await source.close();
  }
}
