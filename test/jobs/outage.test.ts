import { test } from 'vitest';
import { type BackendKind, startJobRun } from './job-run.js';

/** More tries than one user has, so that an outage that was counted as theirs would have failed them. */
const ROWS = 12;

test.concurrent.for<BackendKind>(['embedded', 'redis'])(
  'an endpoint out of reach fails nobody: all wait, and go on when it is back (%s queue)',
  async (kind, { expect }) => {
    const run = await startJobRun({ kind });
    try {
      await run.add(1, 'user-1');
      const { pacers } = run.work();
      await run.outcome(1);
      await run.standIn.goDown();
      for (let row = 2; row <= ROWS; row += 1) await run.add(row, `user-${row}`);
      await expect.poll(() => pacers.passwords.view().why, { timeout: 60_000 }).toBe('outage');
      expect(run.outcomes.size).toBe(1);
      await run.standIn.comeUp();
      for (let row = 2; row <= ROWS; row += 1) {
        expect(await run.outcome(row)).toMatchObject({ status: 'succeeded' });
      }
    } finally {
      await run.close();
    }
  },
);
