import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { replaceFile } from './atomic-file.js';

/** How the manifest is written, so that what failed of it can be written the same way. */
export interface ManifestLayout {
  /** The header's fields; absent for a file without one. */
  header: readonly string[] | undefined;
  /** Fields in a well-formed row. */
  width: number;
  delimiter: string;
}

/** A row that didn't succeed, as the file has it but for a password. */
export interface FailedRow {
  fields: readonly string[];
  /** The name of the error. */
  error: string;
}

/**
 * Writes failed.csv (0600, as a whole or not at all): the rows to feed to a new run, with the manifest's
 * columns and delimiter, and the error as the last column `error`. If the manifest's last
 * column is an `error` already, from an earlier failed.csv, it is replaced. A manifest without a header can't tell: there,
 * each time adds a column.
 *
 * The values are exact. Nothing keeps a spreadsheet from running a formula in a username here, unlike in report.csv:
 * the file is input, and an apostrophe added to a username would reset another user's password.
 * @throws ReportWriteError if it can't be written; what `rows` throws.
 */
export async function writeFailedCsv(
  path: string,
  rows: AsyncIterable<FailedRow>,
  layout: ManifestLayout,
): Promise<void> {
  const kept = keptColumns(layout);
  let readError: unknown;

  /** Tells an error of `rows` from one of writing. */
  async function* readRows(): AsyncGenerator<FailedRow> {
    try {
      yield* rows;
    } catch (error) {
      readError = error;
      throw error;
    }
  }

  async function* records(): AsyncGenerator<string[]> {
    if (layout.header !== undefined) yield [...pick(layout.header, kept), 'error'];
    for await (const { fields, error } of readRows()) {
      // Fields beyond the header's stay after it, so that the row is as malformed as it was.
      yield [...pick(fields, kept), error, ...fields.slice(layout.width)];
    }
  }

  await replaceFile(path, (file) =>
    pipeline(
      Readable.from(records()),
      stringify({ delimiter: layout.delimiter }),
      (text: AsyncIterable<string>) => file.writeFile(text),
    ),
  ).catch((error: unknown) => {
    throw readError ?? error;
  });
}

/** The indexes of the manifest's columns that failed.csv has too. */
function keptColumns({ header, width }: ManifestLayout): number[] {
  const columns = Array.from({ length: width }, (_, index) => index);
  const last = columns.at(-1);
  const endsInError = last !== undefined && header?.[last]?.toLowerCase() === 'error';
  return endsInError ? columns.slice(0, -1) : columns;
}

/** A row that ends early gets empty fields, so that its error stands in the error's column. */
function pick(fields: readonly string[], columns: readonly number[]): string[] {
  return columns.map((column) => fields[column] ?? '');
}
