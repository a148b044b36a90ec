import { UsageError } from '../usage-error.js';
import { printable, printableList } from './printable.js';

export interface Column {
  /** From 0. */
  index: number;
  /** The header's name for it; without a header its number from 1. */
  name: string;
}

/** The first rank that is there wins. `cognito:username` is the header of Cognito's own import file. */
const RANKS: readonly (readonly string[])[] = [
  ['username', 'cognito:username', 'user_name', 'user'],
  ['email', 'sub'],
];

const folded = (name: string): string => name.trim().toLowerCase();

/** The columns that hold the username by their header, best rank only: one, or several that only a person can choose from, or none. */
export function usernameCandidates(header: readonly string[]): Column[] {
  for (const rank of RANKS) {
    const found = columnsWhere(header, (name) => rank.includes(folded(name)));
    if (found.length > 0) return found;
  }
  return [];
}

/** Columns called so: as it is written or else in any case; a number that is nobody's name counts columns from 1. */
export function columnsCalled(header: readonly string[], wanted: string): Column[] {
  const exact = columnsWhere(header, (name) => name === wanted);
  if (exact.length > 0) return exact;
  const inAnyCase = columnsWhere(header, (name) => folded(name) === folded(wanted));
  if (inAnyCase.length > 0) return inAnyCase;
  const number = /^[1-9]\d*$/.test(wanted) ? Number(wanted) : 0;
  const name = header[number - 1];
  return name === undefined ? [] : [{ index: number - 1, name }];
}

/**
 * @param wanted what `--column` says
 * @throws {UsageError} unless it is exactly one column
 */
export function usernameColumn(path: string, header: readonly string[], wanted: string | undefined): Column {
  if (wanted !== undefined) return calledColumn(path, header, '--column', wanted);
  const candidates = usernameCandidates(header);
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  throw new UsageError(
    only === undefined
      ? `${printable(path)} has no column that is known to hold usernames; choose one with --column <name or number>, or pass --no-header if its first line is a row; its columns: ${printableList(header)}`
      : `${printable(path)} has several columns that may hold the username, ${printableList(candidates.map(({ name }) => name))}; choose one with --column <name or number>; its columns: ${printableList(header)}`,
  );
}

/** @throws {UsageError} unless it is exactly one column */
export function calledColumn(
  path: string,
  header: readonly string[],
  option: string,
  wanted: string,
): Column {
  const found = columnsCalled(header, wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const trouble =
    only === undefined
      ? `has no column ${printable(wanted)} (${option})`
      : `has ${found.length} columns called ${printable(wanted)} (${option}), the ${found.map(({ index }) => `${index + 1}.`).join(' and the ')}; say which by its number`;
  throw new UsageError(`${printable(path)} ${trouble}; its columns: ${printableList(header)}`);
}

/**
 * A column of a file without a header.
 *
 * @throws {UsageError} unless it is a number from 1 to the columns there are
 */
export function numberedColumn(path: string, columns: number, option: string, wanted: string): Column {
  const number = /^[1-9]\d*$/.test(wanted) ? Number(wanted) : 0;
  if (number >= 1 && number <= columns) return { index: number - 1, name: wanted };
  throw new UsageError(
    `${option} ${printable(wanted)}: without a header it is a column's number, from 1 to ${columns} in ${printable(path)}`,
  );
}

function columnsWhere(header: readonly string[], test: (name: string) => boolean): Column[] {
  return header.flatMap((name, index) => (test(name) ? [{ index, name }] : []));
}
