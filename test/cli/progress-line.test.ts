import { expect, test } from 'vitest';
import { plainProgressLine, progressLine } from '../../src/cli/progress-line.js';
import type { Snapshot } from '../../src/run/snapshot.js';

const now = new Date('2026-11-23T20:15:00Z');
const running: Snapshot = {
  version: 1,
  run: 'users-1f9a3c5e',
  pid: 1,
  host: 'here',
  state: 'running',
  at: now.toISOString(),
  startedAt: now.toISOString(),
  rows: 5_000,
  rowsAreExact: true,
  done: 1_204,
  byStatus: { succeeded: 1_192, failed: 12, skipped: 0, unprocessed: 0 },
  byError: { UserNotFoundException: 12 },
  calls: 1_204,
  throttles: 2,
  perSecond: 19.6,
  rate: 20,
  limit: 20,
  endsAt: new Date(now.getTime() + 180_000).toISOString(),
};

test('a line for each width: what matters least goes first, and no line is wider than the terminal', () => {
  for (let columns = 10; columns <= 140; columns += 1)
    expect(progressLine(running, columns).length).toBeLessThanOrEqual(columns);
  expect(progressLine(running, 140)).toMatch(
    /^━━━━━───────────────  24 %  1,204 of 5,000  12 failed  19\.6\/s  3 min left \(until \d\d:\d\d\)  2 throttled$/,
  );
  expect(progressLine(running, 66)).toMatch(/^24 % {2}1,204 of 5,000 {2}12 failed {2}19\.6\/s {2}3 min left/);
  expect(progressLine(running, 30)).toBe('1,204 of 5,000  12 failed');
  expect(progressLine(running, 14)).toBe('1,204 of 5,000');
});

test('what the run waits for stays on a narrow terminal, longer than the rate and the time', () => {
  const waiting = { ...running, waiting: 'the service asked us to slow down (rate 30 → 15/s)' };
  expect(progressLine(waiting, 80)).toContain(
    'waiting: the service asked us to slow down (rate 30 → 15/s)  1,204 of 5,000',
  );
  expect(progressLine({ ...running, waiting: 'paused', state: 'paused' }, 79)).toContain('paused');
  const many = { ...waiting, rows: 410_814, rowsAreExact: false };
  expect(progressLine(many, 80)).toMatch(/^waiting: rate 30 → 15\/s  1,204 of about 410,814  12 failed/);
  expect(progressLine(waiting, 40)).toBe('waiting: rate 30 → 15/s  1,204 of 5,000');
  expect(progressLine(many, 40)).toBe('waiting: rate 30 → 15/s');
});

test('a plain line has no bar and reads as a sentence', () => {
  expect(plainProgressLine({ ...running, rowsAreExact: false })).toMatch(
    /^24 %, 1,204 of about 5,000, 12 failed, 19\.6\/s, 3 min left \(until \d\d:\d\d\), 2 throttled$/,
  );
});
