import { isUtf8 } from 'node:buffer';
import { Secret } from '../password/secret.js';
import { parseRecords, readFields } from './fields.js';
import type { Manifest } from './manifest-file.js';
import type { ManifestRow } from './manifest-row.js';
import { printable } from './printable.js';
import { ENCODING_MESSAGE, fieldCountMessage, problemMessage } from './problems.js';
import type { RecordSpan } from './split.js';
import { usernameFault } from './username.js';

/**
 * What each record comes to by itself, in order: a user, or what is wrong with it. Whether a username came before
 * is another's question.
 *
 * @param row the number of the first record, data rows from 1
 */
export function judgeRecords(
  manifest: Manifest,
  bytes: Buffer,
  records: readonly RecordSpan[],
  row: number,
): ManifestRow[] {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return [];
  const delimiter = manifest.delimiter.charCodeAt(0);
  const stretch = bytes.subarray(first.start, last.end);
  const allUtf8 = isUtf8(stretch);
  const faults = records.map((record) => malformed(manifest, bytes, record, allUtf8));
  const good = records.filter((_, n) => faults[n] === undefined);
  const fields =
    good.length === records.length
      ? parseRecords(stretch, delimiter, good.length)
      : readFields(
          good.map(({ start, end }) => bytes.subarray(start, end)),
          delimiter,
        );

  let next = 0;
  return records.map((record, n) => {
    const at = { row: row + n, line: record.line };
    const fault = faults[n];
    if (fault !== undefined) {
      return {
        kind: 'refused',
        ...at,
        username: '',
        status: 'failed',
        error: 'MalformedRow',
        message: fault,
        fields: [],
      };
    }
    return judgeFields(manifest, at, fields[next++] ?? []);
  });
}

function malformed(
  { columns }: Manifest,
  bytes: Buffer,
  { start, end, fields, problem }: RecordSpan,
  allUtf8: boolean,
): string | undefined {
  if (problem !== undefined) return problemMessage(problem);
  if (fields !== columns) return fieldCountMessage(fields, columns);
  return allUtf8 || isUtf8(bytes.subarray(start, end)) ? undefined : ENCODING_MESSAGE;
}

function judgeFields(
  { usernameColumn, passwordColumn }: Manifest,
  { row, line }: { row: number; line: number },
  all: string[],
): ManifestRow {
  const username = all[usernameColumn.index] ?? '';
  const fields = passwordColumn === undefined ? all : all.toSpliced(passwordColumn.index, 1);
  if (username === '') {
    const message = `the column ${printable(usernameColumn.name)} is empty; fill in the username or delete the row`;
    return {
      kind: 'refused',
      row,
      line,
      username,
      status: 'failed',
      error: 'EmptyUsername',
      message,
      fields,
    };
  }
  const fault = usernameFault(username);
  if (fault !== undefined) {
    return {
      kind: 'refused',
      row,
      line,
      username,
      status: 'failed',
      error: 'InvalidUsername',
      message: fault,
      fields,
    };
  }
  if (passwordColumn === undefined) return { kind: 'user', row, line, username, fields };
  return { kind: 'user', row, line, username, password: new Secret(all[passwordColumn.index] ?? ''), fields };
}
