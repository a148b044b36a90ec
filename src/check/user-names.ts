import type { ListedUser } from '../cognito/list-users.js';
import type { Pool } from '../cognito/pool.js';

/** By what a name names its user; `username` is no alias. */
export const NAME_KINDS = ['username', 'sub', 'email', 'phone_number', 'preferred_username'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** What of a pool decides how its users may be named. */
export type Naming = Pick<Pool, 'caseSensitive' | 'aliasAttributes' | 'usernameAttributes'>;

/** The attributes that name a user in this pool. */
export function aliasKinds({ aliasAttributes, usernameAttributes }: Naming): NameKind[] {
  const named: readonly string[] = [...aliasAttributes, ...usernameAttributes];
  return NAME_KINDS.filter((kind) => named.includes(kind));
}

/**
 * All names by which AdminSetUserPassword takes this user: the username, an alias, the sub of a local user
 * (API_AdminSetUserPassword.html). An e-mail address or phone number is an alias only once it is verified; where people
 * sign in with it in place of a username, it names its user from the first.
 */
export function namesOf(user: ListedUser, naming: Naming): [name: string, kind: NameKind][] {
  const { attributes } = user;
  const signInBy: readonly string[] = naming.usernameAttributes;
  const names: [string, NameKind][] = [[user.username, 'username']];
  const add = (kind: NameKind) => {
    const name = attributes.get(kind);
    if (name !== undefined && name !== '') names.push([name, kind]);
  };
  if (user.status !== 'EXTERNAL_PROVIDER') add('sub');
  for (const kind of aliasKinds(naming)) {
    const needsVerification = kind !== 'preferred_username' && !signInBy.includes(kind);
    if (!needsVerification || attributes.get(`${kind}_verified`) === 'true') add(kind);
  }
  return names;
}
