import type { ListedUser, ListUsers } from '../cognito/list-users.js';
import { PAGE_USERS } from '../cognito/list-users.js';
import type { Pool } from '../cognito/pool.js';
import { createLookUp, isFilterable } from './look-up.js';
import type { NameIndex } from './name-index.js';
import type { Match } from './row-users.js';
import { namesOf } from './user-names.js';

/** Rows whose users are looked for; the same each time it is asked. */
export interface WantedRows {
  /** How many there are. */
  count: number;
  index: NameIndex;
  /** Batches of them, in order. */
  read(): AsyncIterable<readonly { row: number; username: string }[]>;
}

export interface Found {
  user: ListedUser;
  matches: Match[];
}

export interface Search {
  pool: Pool;
  listUsers: ListUsers;
  wanted: WantedRows;
  /** Hears how many users were listed or rows looked up, of about how many. */
  onProgress: (progress: FindProgress) => void;
}

export interface FindProgress {
  what: 'users listed' | 'rows looked up' | 'users enabled';
  done: number;
  /** Absent when the service did not say how many users the pool has. */
  ofAbout?: number;
}

/** Calls that looking up a row takes: by its username, and some by other names too. */
const CALLS_PER_ROW = 2;
/** Rows that are looked up at the same time; the pace of ListUsers holds over all of them. */
const AT_ONCE = 8;
/** More rows than these are not looked up one by one, however large the pool. */
const MOST_LOOK_UPS = 50_000;

type LookUpEnd = 'sure' | 'unsure';

/**
 * Finds the users that rows name: by listing the pool, or, when the rows are so few that it takes fewer calls, by
 * asking for each. What is yielded may name a user more than once.
 *
 * @throws ListUsersError
 */
export async function* findUsers({ pool, listUsers, wanted, onProgress }: Search): AsyncGenerator<Found[]> {
  if (looksUp(pool, wanted.count)) {
    const end = yield* lookUpAll({ pool, listUsers, wanted, onProgress });
    if (end === 'sure') return;
  }
  let done = 0;
  const { estimatedUsers: ofAbout } = pool;
  for await (const { users } of listUsers({ poolId: pool.id })) {
    yield users.flatMap((user) => foundIn(wanted.index, user, pool));
    done += users.length;
    onProgress({
      what: 'users listed',
      done,
      ...(ofAbout === undefined ? {} : { ofAbout: Math.max(ofAbout, done) }),
    });
  }
}

/** Whether asking for each row takes fewer calls than listing all users. */
function looksUp({ estimatedUsers }: Pick<Pool, 'estimatedUsers'>, rows: number): boolean {
  if (estimatedUsers === undefined || rows > MOST_LOOK_UPS) return false;
  return rows * CALLS_PER_ROW < estimatedUsers / PAGE_USERS;
}

/** The rows of an index that a user's names are in. */
function foundIn(index: NameIndex, user: ListedUser, pool: Pool): Found[] {
  const matches = namesOf(user, pool).flatMap(([name, by]): Match[] => {
    const row = index.rowOf(name);
    return row === undefined ? [] : [{ row, by }];
  });
  return matches.length === 0 ? [] : [{ user, matches }];
}

/**
 * Asks for each row. Answers `unsure` when one was not found that may be there all the same: ListUsers tells case in
 * usernames (API_ListUsers.html) where the pool does not, and not every name can be asked for.
 */
async function* lookUpAll({
  pool,
  listUsers,
  wanted,
  onProgress,
}: Search): AsyncGenerator<Found[], LookUpEnd> {
  const lookUp = createLookUp(listUsers, pool);
  let end: LookUpEnd = 'sure';
  let done = 0;
  for await (const batch of wanted.read()) {
    for (let start = 0; start < batch.length; start += AT_ONCE) {
      const rows = batch.slice(start, start + AT_ONCE);
      const answers = await Promise.all(rows.map(({ username }) => lookUp(username)));
      const found: Found[] = [];
      for (const [at, { row, username }] of rows.entries()) {
        const answer = answers[at];
        if (answer !== undefined) found.push({ user: answer.user, matches: [{ row, by: answer.by }] });
        else if (!pool.caseSensitive || !isFilterable(username)) end = 'unsure';
      }
      yield found;
      done += rows.length;
      onProgress({ what: 'rows looked up', done, ofAbout: wanted.count });
    }
  }
  return end;
}
