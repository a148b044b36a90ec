import type { Outcome } from '../../src/outcome.js';
import type { ReportRow } from '../../src/report/report-line.js';

const calls = {
  attempts: 1,
  throttles: 0,
  requestId: '0b5f4c1e-7a4f-4b8e-9d57-2f5d8a1c0e11',
  startedAt: '2026-11-23T20:15:00.123Z',
  finishedAt: '2026-11-23T20:15:00.223Z',
};

/** Row `row` of a file of `user1@example.com`, `user2@example.com`, …; every tenth failed, with commas and quotes. */
export function exampleRow(row: number): ReportRow {
  const outcome: Outcome =
    row % 10 === 0
      ? {
          status: 'failed',
          error: 'UserNotFoundException',
          message: 'No, "not" here.',
          calls,
        }
      : { status: 'succeeded', calls };
  return { row, line: row + 1, username: `user${row}@example.com`, outcome };
}
