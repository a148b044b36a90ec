import { usernameKey } from '../manifest/username.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { Outcome } from '../outcome.js';

/** Users who are never reset, whatever the file of users says. */
export interface Protection {
  /**
   * Whether it is one of these names, by the pool's rule of case. Only the name itself is known here: a check of the pool that
   * knows a user's other names asks for each of them.
   */
  has(name: string): boolean;
  /** Those that `has` was not asked for yet: when a whole file was gone through, they are not in it. */
  unmet(): string[];
}

/** @param caseSensitive whether the pool tells `bob` from `BOB` */
export function createProtection(names: Iterable<string>, caseSensitive: boolean): Protection {
  // Nobody says whether the service tells é from e with an accent; to protect one too many does no harm.
  const keyOf = (name: string) => usernameKey(name.normalize('NFC'), caseSensitive);
  const listed = new Map(Array.from(names, (name) => [keyOf(name), name]));
  const met = new Set<string>();
  return {
    has: (name) => {
      if (listed.size === 0) return false;
      const key = keyOf(name);
      if (!listed.has(key)) return false;
      met.add(key);
      return true;
    },
    unmet: () => [...listed].filter(([key]) => !met.has(key)).map(([, name]) => name),
  };
}

/** What the report says of a protected user, and a plan before it. */
export const PROTECTED = {
  error: 'UserIsProtected',
  message: 'on a list of protected users',
} as const;

/** The same of a job that was in the queue already. `maybeReset`: a call may have been sent before the user was protected. */
export function protectedOutcome(maybeReset: boolean): Extract<Outcome, { status: 'skipped' }> {
  const late = `${PROTECTED.message} now, but a call that began earlier may have reset the password`;
  return { status: 'skipped', error: PROTECTED.error, message: maybeReset ? late : PROTECTED.message };
}

/** The rows with those of protected users refused. `underWay`: rows that have a job already, which gives their outcome. */
export async function* protectRows(
  batches: AsyncIterable<readonly ManifestRow[]>,
  protection: Protection,
  underWay: ReadonlySet<number> = new Set(),
): AsyncGenerator<readonly ManifestRow[]> {
  for await (const batch of batches) {
    yield batch.map((row) => {
      if (row.kind !== 'user' || !protection.has(row.username) || underWay.has(row.row)) return row;
      const { row: number, line, username, fields } = row;
      return { kind: 'refused', row: number, line, username, fields, status: 'skipped', ...PROTECTED };
    });
  }
}
