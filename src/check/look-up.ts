import type { ListedUser, ListUsers } from '../cognito/list-users.js';
import type { Pool } from '../cognito/pool.js';
import { usernameKey } from '../manifest/manifest.js';
import { aliasKinds, type NameKind, namesOf } from './user-names.js';

export interface LookedUp {
  user: ListedUser;
  by: NameKind;
}

/** What a name must look like to be one of these; the others are free text. */
const SHAPES: Partial<Record<NameKind, RegExp>> = {
  sub: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  email: /@/,
  phone_number: /^\+\d+$/,
};

/** Whether ListUsers can be asked for this name. How its filter escapes a backslash is not documented. */
export function isFilterable(name: string): boolean {
  return !/["\\]/.test(name);
}

/** Asks for the user of one name, in the service's own order: by username, then by alias. */
export function createLookUp(
  listUsers: ListUsers,
  pool: Pool,
): (name: string) => Promise<LookedUp | undefined> {
  const aliases: NameKind[] = ['sub', ...aliasKinds(pool)];

  const ask = async (kind: NameKind, name: string): Promise<LookedUp | undefined> => {
    const wanted = usernameKey(name, pool.caseSensitive);
    for await (const { users } of listUsers({ poolId: pool.id, filter: `${kind} = "${name}"` })) {
      for (const user of users) {
        const found = namesOf(user, pool).find(
          ([one, by]) => by === kind && usernameKey(one, pool.caseSensitive) === wanted,
        );
        if (found !== undefined) return { user, by: kind };
      }
    }
    return undefined;
  };

  return async (name) => {
    if (!isFilterable(name)) return undefined;
    const spellings = pool.caseSensitive ? [name] : [...new Set([name, name.toLowerCase()])];
    for (const kind of ['username' as const, ...aliases]) {
      if (SHAPES[kind]?.test(name) === false) continue;
      for (const spelling of spellings) {
        const found = await ask(kind, spelling);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };
}
