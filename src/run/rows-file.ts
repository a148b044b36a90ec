import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RowSelection } from '../manifest/manifest.js';
import { replaceFile } from '../report/atomic-file.js';
import { UsageError } from '../usage-error.js';

const HEADER = 'row\n';

/** Writes rows.csv: which rows of the input a run is of, one number a line. Answers its SHA-256 in hex. */
export async function writeRows(path: string, selection: RowSelection): Promise<string> {
  const text = `${HEADER}${selection.join('\n')}\n`;
  await replaceFile(path, (file) => file.writeFile(text));
  return sha256Of(text);
}

/** @throws UsageError if it isn't as `writeRows` left it: then row 17 may be another user now */
export async function readRows(path: string, sha256: string): Promise<RowSelection> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (sha256Of(text) !== sha256) {
    throw new UsageError(
      `${path} is not there or was changed: it says which rows the run is of. Put it back.`,
    );
  }
  return Uint32Array.from(text.slice(HEADER.length).trimEnd().split('\n'), Number);
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
