import { PROTECTED } from '../protect/protection.js';
import type { Finding } from './findings.js';
import type { RowUser } from './row-users.js';
import type { NameKind } from './user-names.js';

/** Users that are left alone unless they are asked for: the service itself would not stop it. */
export interface Included {
  federated: boolean;
  unconfirmed: boolean;
}

const NAME_IN_WORDS: Readonly<Record<NameKind, string>> = {
  username: 'username',
  sub: 'sub',
  email: 'e-mail address',
  phone_number: 'phone number',
  preferred_username: 'preferred username',
};

/**
 * What the pool's listing tells of a row, from its user. `signInBy`: kinds of names that are no aliases in this pool, but what
 * people sign in by.
 */
export function findingsOfUser(
  user: RowUser | undefined,
  included: Included,
  signInBy: readonly string[],
): Finding[] {
  if (user === undefined) {
    const message = 'no user of the pool has this name, as far as ListUsers shows';
    return [{ name: 'UserNotFoundException', effect: 'failed', message }];
  }
  const findings = [...decisive(user, included)];
  const isSkipped = findings.some(({ effect }) => effect === 'skipped');
  if (!isSkipped && user.username !== undefined && !signInBy.includes(user.by)) {
    const message = `the ${NAME_IN_WORDS[user.by]} of the user ${user.username}, who gets the new password`;
    findings.push({ name: 'UserIsAlias', effect: 'none', message });
  }
  if (!user.enabled) {
    const message = 'disabled; a new password does not let the user sign in';
    findings.push({ name: 'UserIsDisabled', effect: 'none', message });
  }
  return findings;
}

/** Why the row's user is left alone, if so; otherwise what it is good to know of them. */
function decisive({ status, sameAs, isProtected }: RowUser, included: Included): Finding[] {
  if (isProtected) return [{ name: PROTECTED.error, effect: 'skipped', message: PROTECTED.message }];
  if (status === 'EXTERNAL_PROVIDER') {
    const finding = { name: 'UserIsFederated', message: FEDERATED } as const;
    if (!included.federated) return [{ ...finding, effect: 'skipped' }];
    return [{ ...finding, effect: 'none' }, ...sameUser(sameAs)];
  }
  if (status === 'UNCONFIRMED') {
    const finding = { name: 'UserIsUnconfirmed', message: UNCONFIRMED } as const;
    if (!included.unconfirmed) return [{ ...finding, effect: 'skipped' }];
    return [{ ...finding, effect: 'none' }, ...sameUser(sameAs)];
  }
  return sameUser(sameAs);
}

const FEDERATED =
  'EXTERNAL_PROVIDER: signs in elsewhere; a password would make it CONFIRMED, a user of this pool';
const UNCONFIRMED = 'UNCONFIRMED: has not proved who they are; a password would confirm them';

function sameUser(sameAs: number | undefined): Finding[] {
  if (sameAs === undefined) return [];
  const message = `another name of the user of row ${sameAs}, which is the one that counts`;
  return [{ name: 'DuplicateUsername', effect: 'skipped', message }];
}
