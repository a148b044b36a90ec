import type { Manifest, RowSelection } from './manifest-file.js';
import type { ManifestRow } from './manifest-row.js';

/** The same file, of which only these rows are read; `sentBefore` numbers them anew, as they come out. */
export function onlyRows(
  manifest: Manifest,
  selection: RowSelection,
  sentBefore: ReadonlySet<number>,
): Manifest {
  return { ...manifest, only: selection, sentBefore, estimatedRows: selection.length, exactRows: true };
}

/**
 * The selected rows, numbered anew from 1; `line` is still their line of the file. What was a duplicate among all rows is
 * one here too.
 */
export async function* selectRows(
  batches: AsyncIterable<readonly ManifestRow[]>,
  selection: RowSelection,
): AsyncGenerator<readonly ManifestRow[]> {
  let taken = 0;
  // To the file's end, where it is looked at whether it is still the same.
  for await (const batch of batches) {
    const selected: ManifestRow[] = [];
    for (const row of batch) {
      if (row.row !== selection[taken]) continue;
      taken += 1;
      selected.push({ ...row, row: taken });
    }
    if (selected.length > 0) yield selected;
  }
}
