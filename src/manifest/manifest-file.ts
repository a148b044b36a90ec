import type { Column } from './columns.js';
import type { InputPlace } from './input-file.js';
import type { SourceFile } from './source.js';

export interface ManifestOptions extends Omit<InputPlace, 'path'> {
  /** `--column`: a header's name, or a number from 1 that is no header's name. Without a header a number; the first by default. */
  column?: string | undefined;
  /** `--password-column`, likewise. */
  passwordColumn?: string | undefined;
  /** False with `--no-header`: the first line is a row. */
  header: boolean;
  /** `--delimiter`: one ASCII character. Found in the header or the first rows by default. */
  delimiter?: string | undefined;
}

/** Numbers of a file's data rows, ascending, each once. */
export type RowSelection = Uint32Array;

/** A CSV as it was when it was opened, and how to read it. Holds no handle. */
export interface Manifest extends SourceFile {
  delimiter: string;
  /** As written; undefined without one. */
  header: readonly string[] | undefined;
  /** The header for a row's `fields`: without the password's column. */
  fieldNames: readonly string[] | undefined;
  /** Fields that a row must have. */
  columns: number;
  usernameColumn: Column;
  passwordColumn: Column | undefined;
  /** Data rows, by the file's size and its first rows. */
  estimatedRows: number;
  /** The only rows that are read, if not all are. */
  only?: RowSelection;
  /** Of those, by their new numbers: for which an earlier run may have set the same password. */
  sentBefore?: ReadonlySet<number>;
  /** Whether `estimatedRows` is their number, as it is for files under 2 MiB. */
  exactRows: boolean;
}
