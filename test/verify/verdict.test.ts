import { expect, test } from 'vitest';
import type { RowUser } from '../../src/check/row-users.js';
import { CLOCK_TOLERANCE, type Expected, verdictOn } from '../../src/verify/verdict.js';

const STARTED = '2026-11-23T20:15:00.900Z';
const FINISHED = '2026-11-23T20:15:01.100Z';
const line = { row: 1, startedAt: STARTED, finishedAt: FINISHED };
const user = (more: Partial<RowUser> = {}): RowUser => ({
  ...{
    status: 'CONFIRMED',
    enabled: true,
    by: 'username',
    username: undefined,
    sameAs: undefined,
    isProtected: false,
  },
  modifiedAt: new Date('2026-11-23T20:15:00Z'),
  ...more,
});
const expected = (permanent: boolean, enabled?: boolean): Expected => ({ permanent, enabled: () => enabled });
const minutesAfter = (minutes: number) => new Date(Date.parse(STARTED) + minutes * 60_000);

test('a change in the second of the call agrees, though whole seconds put it before the call', () => {
  expect(verdictOn(line, user(), expected(true))).toMatchObject({ verdict: 'agrees' });
  const late = new Date(Date.parse(STARTED) - CLOCK_TOLERANCE);
  expect(verdictOn(line, user({ modifiedAt: late }), expected(true))).toMatchObject({ verdict: 'agrees' });
});

test.each<[string, RowUser | undefined, boolean, string]>([
  ['a user who is not there', undefined, true, 'not-found'],
  ['a change before the call', user({ modifiedAt: minutesAfter(-1) }), true, 'not-changed'],
  ['a change that nobody tells the time of', user({ modifiedAt: undefined }), true, 'not-changed'],
  ['a permanent password, and CONFIRMED', user({ modifiedAt: minutesAfter(60) }), true, 'agrees'],
  [
    'a permanent password, and FORCE_CHANGE_PASSWORD',
    user({ status: 'FORCE_CHANGE_PASSWORD' }),
    true,
    'wrong-status',
  ],
  [
    'a permanent password, and RESET_REQUIRED since',
    user({ status: 'RESET_REQUIRED', modifiedAt: minutesAfter(9) }),
    true,
    'wrong-status',
  ],
  [
    'a temporary password, and FORCE_CHANGE_PASSWORD',
    user({ status: 'FORCE_CHANGE_PASSWORD' }),
    false,
    'agrees',
  ],
  [
    'a temporary password, and CONFIRMED since the call',
    user({ modifiedAt: minutesAfter(5) }),
    false,
    'agrees',
  ],
  ['a temporary password, and CONFIRMED at the call itself', user(), false, 'wrong-status'],
])('%s', (_, found, permanent, verdict) => {
  expect(verdictOn(line, found, expected(permanent)).verdict).toBe(verdict);
});

test('a line without the time of its call agrees with nothing', () => {
  expect(
    verdictOn({ row: 1, startedAt: undefined, finishedAt: undefined }, user(), expected(true)).verdict,
  ).toBe('not-changed');
});

test.each<[boolean, boolean, string]>([
  [false, false, 'agrees'],
  [false, true, 'not-disabled'],
  [true, true, 'agrees'],
  [true, false, 'not-enabled'],
])('a user who is expected to be enabled: %s, and is: %s, %s', (wanted, enabled, verdict) => {
  expect(verdictOn(line, user({ enabled }), expected(true, wanted)).verdict).toBe(verdict);
});
