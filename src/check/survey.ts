import type { ManifestRow } from '../manifest/manifest.js';
import type { Finding } from './findings.js';

/** Rows that are named of each kind; all of them are in the file of findings, if one is asked for. */
const NAMED = 5;

export interface NamedRow {
  row: number;
  line: number;
  username: string;
  message: string;
}

/** All findings of one name. */
export interface Kind {
  name: string;
  effect: Finding['effect'];
  rows: number;
  /** The first of them, in the file's order. */
  first: NamedRow[];
}

/** What is known of a file before anything is sent. */
export interface Survey {
  rows: number;
  /** Rows whose users get a new password, for all that is known. */
  good: number;
  willFail: number;
  willBeSkipped: number;
  /** By name; the most frequent first. */
  kinds: Kind[];
}

/** Goes through all rows of a file. */
export async function surveyRows(
  batches: AsyncIterable<readonly ManifestRow[]>,
  findingsOf: (row: ManifestRow) => Finding[],
  signal: AbortSignal,
): Promise<Survey> {
  const kinds = new Map<string, Kind>();
  const count = { rows: 0, good: 0, willFail: 0, willBeSkipped: 0 };
  for await (const batch of batches) {
    signal.throwIfAborted();
    for (const row of batch) {
      const findings = findingsOf(row);
      count.rows += 1;
      const decisive = findings.find(({ effect }) => effect !== 'none');
      count[decisive === undefined ? 'good' : decisive.effect === 'failed' ? 'willFail' : 'willBeSkipped'] +=
        1;
      for (const finding of findings) addTo(kinds, row, finding);
    }
  }
  return {
    ...count,
    kinds: [...kinds.values()].sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1)),
  };
}

function addTo(kinds: Map<string, Kind>, row: ManifestRow, { name, effect, message }: Finding): void {
  const kind = kinds.get(name) ?? { name, effect, rows: 0, first: [] };
  kinds.set(name, kind);
  kind.rows += 1;
  if (kind.first.length < NAMED) {
    kind.first.push({ row: row.row, line: row.line, username: row.username, message });
  }
}
