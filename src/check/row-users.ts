import type { ListedUser } from '../cognito/list-users.js';
import { USER_STATUSES, type UserStatus } from '../cognito/user-status.js';
import { createNameIndex } from './name-index.js';
import { createTextStore } from './text-store.js';
import { NAME_KINDS, type NameKind } from './user-names.js';

/** A row whose user was found, and by which of their names. */
export interface Match {
  row: number;
  by: NameKind;
}

/** What is known of the user that a row names. */
export interface RowUser {
  status: UserStatus;
  enabled: boolean;
  /** When the user was last changed, as far as ListUsers says. */
  modifiedAt: Date | undefined;
  by: NameKind;
  /** The user's own username, if the row has another name of theirs. */
  username: string | undefined;
  /** Whether any of the user's names is on a list of protected users. */
  isProtected: boolean;
  /** The first row that names the same user, if it is an earlier one. */
  sameAs: number | undefined;
}

/** The users that the rows of a file name. Takes 15 bytes a row, and the usernames of rows that have an alias. */
export interface RowUsers {
  /** A user, and all rows found to name them. May be told of a user more than once. */
  found(user: ListedUser, matches: readonly Match[], isProtected?: boolean): void;
  /** Undefined for a row whose user was not found. Ask only when all users have been told. */
  of(row: number): RowUser | undefined;
}

/** One number a row: the status, whether disabled, the kind of name, and whether found at all. */
const STATUS_BITS = 4;
const DISABLED = 1 << STATUS_BITS;
const KIND_SHIFT = STATUS_BITS + 1;
const KIND_MASK = 0b111;
const FOUND = 1 << (KIND_SHIFT + 3);
const PROTECTED = FOUND << 1;

export function createRowUsers(rows: number): RowUsers {
  const states = new Uint16Array(rows + 1);
  /** The number of the row's user, from 1. */
  const users = new Uint32Array(rows + 1);
  /** Milliseconds since 1970; NaN for what is not known. */
  const modified = new Float64Array(rows + 1);
  const numbers = createNameIndex(true);
  const usernames = createTextStore(rows);
  let known = 0;
  let firstRows: Uint32Array | undefined;

  const numberOf = (username: string): number => {
    const number = numbers.rowOf(username) ?? known + 1;
    if (number > known) numbers.add(username, ++known);
    return number;
  };
  /** The first row of each user: by then no name can turn out to be another user's any more. */
  const findFirstRows = (): Uint32Array => {
    const first = new Uint32Array(known + 1);
    for (const [row, user] of users.entries()) {
      if (first[user] === 0) first[user] = row;
    }
    return first;
  };

  return {
    found(user, matches, isProtected = false) {
      firstRows = undefined;
      const status = USER_STATUSES.indexOf(user.status) | (user.enabled ? 0 : DISABLED);
      for (const { row, by } of matches) {
        // A name that is one user's username and another's alias is the first's: the service looks for usernames first.
        if (by !== 'username' && isUsername(states[row] ?? 0)) continue;
        states[row] = FOUND | (isProtected ? PROTECTED : 0) | status | (NAME_KINDS.indexOf(by) << KIND_SHIFT);
        users[row] = numberOf(user.username);
        modified[row] = user.modifiedAt?.getTime() ?? Number.NaN;
        if (by !== 'username') usernames.set(row, user.username);
      }
    },
    of(row) {
      const state = states[row] ?? 0;
      if ((state & FOUND) === 0) return undefined;
      firstRows ??= findFirstRows();
      const by = NAME_KINDS[(state >> KIND_SHIFT) & KIND_MASK] ?? 'username';
      const first = firstRows[users[row] ?? 0] ?? row;
      return {
        status: USER_STATUSES[state & (DISABLED - 1)] ?? 'UNKNOWN',
        enabled: (state & DISABLED) === 0,
        modifiedAt: Number.isNaN(modified[row]) ? undefined : new Date(modified[row] ?? 0),
        by,
        username: by === 'username' ? undefined : usernames.get(row),
        isProtected: (state & PROTECTED) !== 0,
        sameAs: first < row ? first : undefined,
      };
    },
  };
}

function isUsername(state: number): boolean {
  return (state & FOUND) !== 0 && ((state >> KIND_SHIFT) & KIND_MASK) === 0;
}
