import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/outcome.js';
import type { ReportRow } from '../../src/report/report-line.js';
import { createThreshold, type FailureLimit } from '../../src/run/threshold.js';

const calls = { attempts: 1, throttles: 0, startedAt: '', finishedAt: '' };
const ok: Outcome = { status: 'succeeded', calls };
const failed = (error = 'UserNotFoundException'): Outcome => ({
  status: 'failed',
  error,
  message: '',
});
const skipped: Outcome = { status: 'skipped', error: 'DuplicateUsername', message: '' };

/** The row whose line stops the run, and why. */
function stopOf(limit: FailureLimit, outcomes: readonly Outcome[], after = 0) {
  const threshold = createThreshold(limit, after);
  const rows = outcomes.map((outcome, at): ReportRow => ({
    row: at + 1,
    line: at + 2,
    username: '',
    outcome,
  }));
  for (let n = 0; n < rows.length; n += 1) {
    const reason = threshold(rows.slice(n, n + 1));
    if (reason !== undefined) return { row: n + 1, ...reason };
  }
  return undefined;
}

const times = (count: number, outcome: Outcome) => Array.from({ length: count }, () => outcome);

describe('a number of users', () => {
  test('stops at the line of the last that may fail, and says how many failed of what', () => {
    const outcomes = [ok, failed(), ok, failed('InvalidUsername'), failed(), ok, failed()];
    expect(stopOf({ users: 3 }, outcomes)).toEqual({
      row: 5,
      error: 'TooManyFailures',
      message:
        '3 of 5 users failed (--max-failures 3): 2 UserNotFoundException, 1 InvalidUsername. ' +
        'Not in this pool: check the pool id and the column of usernames.',
    });
    expect(stopOf({ users: 1 }, outcomes)?.row).toBe(2);
    expect(stopOf({ users: 5 }, outcomes)).toBeUndefined();
  });
});

describe('a share of the users', () => {
  test('is judged from the hundredth user on', () => {
    expect(stopOf({ percent: 10 }, times(99, failed()))).toBeUndefined();
    expect(stopOf({ percent: 10 }, times(100, failed()))?.row).toBe(100);
  });

  test('stops when it is reached, not before', () => {
    const one = (every: number) =>
      Array.from({ length: 1_000 }, (_, at) => (at % every === every - 1 ? failed() : ok));
    expect(stopOf({ percent: 10 }, one(11))).toBeUndefined();
    expect(stopOf({ percent: 10 }, one(10))?.row).toBe(100);
    expect(stopOf({ percent: 0.5 }, one(150))?.row).toBe(150);
  });

  test('of 100% never stops', () => {
    expect(stopOf({ percent: 100 }, times(5_000, failed()))).toBeUndefined();
  });
});

test('skipped rows are neither tried nor failed', () => {
  expect(stopOf({ percent: 10 }, [...times(5_000, skipped), ...times(99, failed())])).toBeUndefined();
  expect(stopOf({ users: 1 }, times(50, skipped))).toBeUndefined();
});

test('what failed before the resume does not count again', () => {
  const outcomes = [...times(40, failed()), ok, ...times(3, failed('NotAuthorizedException'))];
  expect(stopOf({ users: 3 }, outcomes, 40)).toMatchObject({
    row: 44,
    message: expect.stringMatching(/^3 of 4 users failed after row 40 .*: 3 NotAuthorizedException\./),
  });
  expect(stopOf({ users: 4 }, outcomes, 40)).toBeUndefined();
});

test('it tells once', () => {
  const threshold = createThreshold({ users: 1 }, 0);
  const row = { row: 1, line: 1, username: '', outcome: failed() };
  expect(threshold([row, { ...row, row: 2 }])).toBeDefined();
  expect(threshold([{ ...row, row: 3 }])).toBeUndefined();
});
