import type { ManifestRow } from '../manifest/manifest.js';
import type { Finding } from './findings.js';
import { addToKind, byFrequency, type Kind } from './kinds.js';

/** All findings of one name. */
export interface FindingKind extends Kind {
  effect: Finding['effect'];
}

/** What is known of a file before anything is sent. */
export interface Survey {
  rows: number;
  /** Rows whose users get a new password, for all that is known. */
  good: number;
  willFail: number;
  willBeSkipped: number;
  /** By name; the most frequent first. */
  kinds: FindingKind[];
}

/** Goes through all rows of a file. */
export async function surveyRows(
  batches: AsyncIterable<readonly ManifestRow[]>,
  findingsOf: (row: ManifestRow) => Finding[],
  signal: AbortSignal,
): Promise<Survey> {
  const kinds = new Map<string, FindingKind>();
  const count = { rows: 0, good: 0, willFail: 0, willBeSkipped: 0 };
  for await (const batch of batches) {
    signal.throwIfAborted();
    for (const row of batch) {
      const findings = findingsOf(row);
      count.rows += 1;
      const decisive = findings.find(({ effect }) => effect !== 'none');
      count[decisive === undefined ? 'good' : decisive.effect === 'failed' ? 'willFail' : 'willBeSkipped'] +=
        1;
      for (const { name, effect, message } of findings) {
        addToKind(
          kinds,
          { name, effect, rows: 0, first: [] },
          { row: row.row, line: row.line, username: row.username, message },
        );
      }
    }
  }
  return { ...count, kinds: byFrequency(kinds) };
}
