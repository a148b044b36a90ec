import { expect, test } from 'vitest';
import type { Call } from './call-table.js';
import { createLedger } from './ledger.js';

const call = (over: Partial<Call>): Call => ({
  at: 0,
  operation: 'AdminSetUserPassword',
  username: 'ann',
  applied: true,
  answer: 'ok',
  passwordHash: '00ffaa5500000001',
  permanent: true,
  ...over,
});

test('what was recorded is read back, leading zeros and all', () => {
  const ledger = createLedger();
  const calls = [
    call({}),
    call({ username: '', operation: 'DescribeUserPool', passwordHash: '', permanent: false }),
    call({ username: '__proto__', answer: 'UserNotFoundException', applied: false, at: 12.5 }),
  ];
  calls.forEach(ledger.record);
  expect(ledger.calls()).toEqual(calls);
  expect(ledger.calls({ operation: 'DescribeUserPool' })).toEqual([calls[1]]);
  expect(ledger.calls({ username: '__proto__', answer: 'UserNotFoundException' })).toEqual([calls[2]]);
  expect(ledger.calls({ username: 'nobody' })).toEqual([]);
  expect(ledger.calls({ from: 2 })).toEqual([calls[2]]);
});

test('counts what was applied, apart from what was not, and knows the last password of each', () => {
  const ledger = createLedger();
  ledger.record(call({ passwordHash: '0000000000000001' }));
  ledger.record(call({ passwordHash: '0000000000000002' }));
  ledger.record(
    call({ passwordHash: '0000000000000003', applied: false, answer: 'TooManyRequestsException' }),
  );
  ledger.record(call({ operation: 'AdminDisableUser', passwordHash: '' }));
  ledger.record(call({ username: 'bob', applied: false, answer: 'UserNotFoundException' }));
  expect(ledger.appliedCount('ann')).toBe(2);
  expect(ledger.appliedCount('bob')).toBe(0);
  expect(ledger.appliedCount('nobody')).toBe(0);
  expect({ ...ledger.appliedCounts() }).toEqual({ ann: 2, bob: 0 });
  expect(ledger.lastPasswordHash('ann')).toBe('0000000000000002');
  expect({ ...ledger.lastPasswordHashes() }).toEqual({ ann: '0000000000000002' });
  expect(ledger.answers('AdminSetUserPassword')).toEqual({
    ok: 2,
    TooManyRequestsException: 1,
    UserNotFoundException: 1,
  });
});

test('a username that means something to JavaScript is counted as any other', () => {
  const ledger = createLedger();
  ledger.record(call({ username: '__proto__' }));
  expect(Object.entries(ledger.appliedCounts())).toEqual([['__proto__', 1]]);
  expect(Object.entries(ledger.lastPasswordHashes())).toEqual([['__proto__', '00ffaa5500000001']]);
});

test('finds the fullest second, which is half open, in whatever order the calls were recorded', () => {
  const ledger = createLedger();
  for (const at of [3000, 0, 999.9, 1000, 1500, 500]) ledger.record(call({ at }));
  ledger.record(call({ at: 1000, operation: 'ListUsers' }));
  expect(ledger.maxInSlidingSecond('AdminSetUserPassword')).toBe(3);
  expect(ledger.maxInSlidingSecond()).toBe(4);
  expect(ledger.maxInSlidingSecond('AdminSetUserPassword', 1)).toBe(2);
  expect(ledger.maxInSlidingSecond('AdminGetUser')).toBe(0);
});

test('a million calls take less than 200 bytes each, their usernames included', () => {
  const ledger = createLedger();
  const before = process.memoryUsage();
  for (let row = 1; row <= 1_000_000; row += 1) ledger.record(call({ at: row, username: `user-${row}` }));
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(grown / 1_000_000).toBeLessThan(200);
  expect(ledger.appliedCount('user-1000000')).toBe(1);
});
