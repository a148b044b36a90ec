/** Rows that are named of each kind; all of them are in a file. */
const NAMED = 5;

export interface NamedRow {
  row: number;
  line: number;
  username: string;
  message: string;
}

/** Rows of which the same is to be told. */
export interface Kind {
  name: string;
  rows: number;
  /** The first of them, in the file's order. */
  first: NamedRow[];
}

/** Adds a row to the kind of its name; `kind` is an empty one, for the first row. */
export function addToKind<K extends Kind>(kinds: Map<string, K>, kind: K, row: NamedRow): void {
  const known = kinds.get(kind.name) ?? kind;
  kinds.set(kind.name, known);
  known.rows += 1;
  if (known.first.length < NAMED) known.first.push(row);
}

/** The most frequent first; equals by name. */
export function byFrequency<K extends Kind>(kinds: ReadonlyMap<string, K>): K[] {
  return [...kinds.values()].sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1));
}
