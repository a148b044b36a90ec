import type { Secret } from '../password/secret.js';

/** One data row. `row` counts data rows from 1, `line` is the physical line where it begins, from 1. */
export type ManifestRow = UserRow | RefusedRow;

export interface UserRow {
  kind: 'user';
  row: number;
  line: number;
  /** Exactly as written. */
  username: string;
  /** With a password column; perhaps empty, never checked here. */
  password?: Secret;
  /** All but the password's, by `Manifest.fieldNames`. */
  fields: readonly string[];
}

/** A row that never reaches the queue. */
export interface RefusedRow {
  kind: 'refused';
  row: number;
  line: number;
  /** Empty when the row is malformed, since what stands in the username's place may then be a password. */
  username: string;
  status: 'failed' | 'skipped';
  /** `InvalidUsername`, `DuplicateUsername`, `MalformedRow`, `EmptyUsername`, or what a check of the pool has found. */
  error: string;
  message: string;
  /** As a user's; empty when the row is malformed, for the same reason. */
  fields: readonly string[];
}
