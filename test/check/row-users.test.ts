import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRowUsers, type Match } from '../../src/check/row-users.js';
import { USER_STATUSES } from '../../src/cognito/user-status.js';
import { NAME_KINDS } from '../../src/check/user-names.js';
import { listedUser } from './listed-user.js';

const ROWS = 20;

/** For each row, the users that it may name and by what; at most one of them by username, as in a pool. */
const pools = fc
  .array(
    fc.record({
      username: fc.option(fc.nat(9), { nil: undefined }),
      alias: fc.option(fc.tuple(fc.nat(9), fc.constantFrom(...NAME_KINDS.slice(1))), { nil: undefined }),
    }),
    { minLength: ROWS, maxLength: ROWS },
  )
  .map((rows) => {
    const taken = new Set<number>();
    return rows.map(({ username, alias }) => {
      const free = username !== undefined && !taken.has(username);
      if (free) taken.add(username);
      return { username: free ? username : undefined, alias };
    });
  });

test('each row has the user of its username, else of its alias, and the first row of a user is told, in whatever order users come', () => {
  fc.assert(
    fc.property(
      pools,
      fc.shuffledSubarray([...Array(10).keys()], { minLength: 10 }),
      fc.boolean(),
      (rows, order, twice) => {
        const users = createRowUsers(ROWS);
        const userOf = (n: number) =>
          listedUser(
            `user ${n}`,
            {},
            { status: USER_STATUSES[n % USER_STATUSES.length] ?? 'UNKNOWN', enabled: n % 3 !== 0 },
          );
        for (const n of twice ? [...order, ...order] : order) {
          const matches = rows.flatMap(({ username, alias }, index): Match[] => [
            ...(username === n ? [{ row: index + 1, by: 'username' as const }] : []),
            ...(alias?.[0] === n ? [{ row: index + 1, by: alias[1] }] : []),
          ]);
          users.found(userOf(n), matches);
        }
        const first = new Map<number, number>();
        for (const [index, { username, alias }] of rows.entries()) {
          const row = index + 1;
          const n = username ?? alias?.[0];
          if (n === undefined) {
            expect(users.of(row)).toBeUndefined();
            continue;
          }
          const { status, enabled } = userOf(n);
          expect(users.of(row)).toEqual({
            status,
            enabled,
            by: username === undefined ? alias?.[1] : 'username',
            username: username === undefined ? `user ${n}` : undefined,
            isProtected: false,
            sameAs: first.get(n),
          });
          if (!first.has(n)) first.set(n, row);
        }
      },
    ),
  );
});

test('usernames of any length come back whole, a megabyte and more of them', () => {
  const names = Array.from({ length: 30 }, (_, n) => `${n}:${'é𝒰'.repeat(n * 1_000)}`);
  const users = createRowUsers(names.length);
  for (const [index, name] of names.entries()) {
    users.found(listedUser(name), [{ row: index + 1, by: 'email' }]);
  }
  // No username has more than 128 characters; what is longer than 64 KiB is cut, and harms nobody.
  for (const [index, name] of names.entries()) {
    if (Buffer.byteLength(name) < 65_536) expect(users.of(index + 1)?.username).toBe(name);
  }
});
