import { UsageError } from '../usage-error.js';
import { type Column, calledColumn, numberedColumn, usernameColumn } from './columns.js';
import { delimiterByHeader, delimiterByRows, delimiterByte } from './delimiter.js';
import { readFields } from './fields.js';
import { type Head, readHead } from './head.js';
import { MAX_COLUMNS } from './limits.js';
import type { Manifest, ManifestOptions } from './manifest-file.js';
import { printable } from './printable.js';
import { problemMessage } from './problems.js';
import { type RecordSpan, splitRecords } from './split.js';

/**
 * Looks at the first 2 MiB of the file, never more: encoding, delimiter, header, which column.
 *
 * @throws {UsageError} when the file is missing, unreadable, empty, without rows, no text in UTF-8 or UTF-16, or
 *   when the column of usernames or passwords is not exactly one
 */
export async function openManifest(path: string, options: ManifestOptions): Promise<Manifest> {
  const head = await readHead({ path, sealedBy: options.sealedBy });
  const delimiter = chooseDelimiter(head, options);
  const { records, consumed } = splitRecords(head.text, delimiter, { line: 1, skipping: false }, head.whole);
  const first = firstRecord(head, records);
  const [names = []] = readFields([head.text.subarray(first.start, first.end)], delimiter);
  const header = options.header ? names : undefined;
  const rows = records.length - (options.header ? 1 : 0);
  if (head.whole && rows === 0) {
    throw new UsageError(
      `${printable(path)} has a header and no rows; add rows, or pass --no-header if its one line is a row`,
    );
  }
  const columns = chooseColumns(path, names, options);
  const { text, whole, textBytes, ...file } = head;
  return {
    ...file,
    ...columns,
    delimiter: String.fromCharCode(delimiter),
    header,
    fieldNames: header?.filter((_, index) => index !== columns.passwordColumn?.index),
    columns: names.length,
    estimatedRows: whole ? rows : estimateRows(rows, (consumed / text.length) * textBytes, file.bytes),
    exactRows: whole,
  };
}

function chooseDelimiter({ text, whole }: Head, { delimiter, header, column }: ManifestOptions): number {
  if (delimiter !== undefined) return delimiterByte(delimiter);
  return header ? delimiterByHeader(text, whole, column) : delimiterByRows(text, whole);
}

/** @throws {UsageError} when it cannot tell how many columns there are */
function firstRecord(head: Head, records: readonly RecordSpan[]): RecordSpan {
  const [first] = records;
  if (first === undefined) {
    throw new UsageError(`${printable(head.path)} has only blank lines; a CSV with usernames is needed`);
  }
  if (first.problem !== undefined) {
    throw new UsageError(`${printable(head.path)}, line ${first.line}: ${problemMessage(first.problem)}`);
  }
  if (first.fields > MAX_COLUMNS) {
    throw new UsageError(
      `${printable(head.path)} has ${first.fields} columns; at most ${MAX_COLUMNS} are read`,
    );
  }
  return first;
}

function chooseColumns(
  path: string,
  names: readonly string[],
  { header, column, passwordColumn }: ManifestOptions,
): Pick<Manifest, 'usernameColumn' | 'passwordColumn'> {
  const choose = (option: string, wanted: string): Column =>
    header ? calledColumn(path, names, option, wanted) : numberedColumn(path, names.length, option, wanted);
  const username = header ? usernameColumn(path, names, column) : choose('--column', column ?? '1');
  const password = passwordColumn === undefined ? undefined : choose('--password-column', passwordColumn);
  if (password?.index === username.index) {
    throw new UsageError(
      `${printable(path)}: column ${printable(username.name)} cannot be both username and password; name another with --column or --password-column`,
    );
  }
  return { usernameColumn: username, passwordColumn: password };
}

/** Rows of a file whose first `bytes` of `allBytes` hold `rows`. */
function estimateRows(rows: number, bytes: number, allBytes: number): number {
  return bytes === 0 ? rows : Math.max(1, Math.round((rows * allBytes) / bytes));
}
