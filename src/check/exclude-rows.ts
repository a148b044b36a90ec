import type { ManifestRow, RefusedRow } from '../manifest/manifest.js';
import type { Finding } from './findings.js';

/**
 * The rows of a file, with those that a check says to skip as refused rows. Both are in the file's order, so that neither
 * is ever held as a whole. `underWay`: rows that have a job already, which gives their outcome.
 */
export async function* excludeRows(
  batches: AsyncIterable<readonly ManifestRow[]>,
  findings: AsyncGenerator<Finding & { row: number }>,
  underWay: ReadonlySet<number> = new Set(),
): AsyncGenerator<readonly ManifestRow[]> {
  let next = await findings.next();
  try {
    for await (const batch of batches) {
      const rows: ManifestRow[] = [];
      for (const row of batch) {
        let refused: RefusedRow | undefined;
        while (next.done !== true && next.value.row <= row.row) {
          const { effect, name, message, row: found } = next.value;
          if (found === row.row && effect === 'skipped' && row.kind === 'user' && !underWay.has(found)) {
            refused ??= refusal(row, name, message);
          }
          next = await findings.next();
        }
        rows.push(refused ?? row);
      }
      yield rows;
    }
  } finally {
    await findings.return(undefined);
  }
}

function refusal({ row, line, username, fields }: ManifestRow, error: string, message: string): RefusedRow {
  return { kind: 'refused', row, line, username, status: 'skipped', error, message, fields };
}
