import { readFile } from 'node:fs/promises';
import type { RowSelection } from '../manifest/manifest.js';
import { replaceFile } from '../report/atomic-file.js';
import { sha256OfText } from '../sha256-of.js';
import { UsageError } from '../usage-error.js';

/** Which rows of an input a retry is of. */
export interface RetriedRows {
  selection: RowSelection;
  /** Rows of the retry itself, from 1, for which the run before it may have set the very same password. */
  sentBefore: ReadonlySet<number>;
}

const HEADER = 'row\n';
const HEADER_WITH_SENT = 'row,password_sent\n';

/** Writes rows.csv: one row of the input a line. Answers its SHA-256 in hex. */
export async function writeRows(path: string, { selection, sentBefore }: RetriedRows): Promise<string> {
  const lines = Array.from(selection, (row, index) =>
    sentBefore.size === 0 ? `${row}\n` : `${row},${sentBefore.has(index + 1) ? 'yes' : ''}\n`,
  );
  const text = `${sentBefore.size === 0 ? HEADER : HEADER_WITH_SENT}${lines.join('')}`;
  await replaceFile(path, (file) => file.writeFile(text));
  return sha256OfText(text);
}

/** @throws UsageError if it isn't as `writeRows` left it: then row 17 may be another user now */
export async function readRows(path: string, sha256: string): Promise<RetriedRows> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (sha256OfText(text) !== sha256) {
    throw new UsageError(
      `${path} is not there or was changed: it says which rows the run is of. Put it back.`,
    );
  }
  const lines = text.trimEnd().split('\n').slice(1);
  const sentBefore = new Set<number>();
  for (const [index, line] of lines.entries()) if (line.endsWith(',yes')) sentBefore.add(index + 1);
  return { selection: Uint32Array.from(lines, (line) => Number.parseInt(line, 10)), sentBefore };
}
