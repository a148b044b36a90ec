import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../support/postgres.js';
import { createTrouble, type Trouble } from './trouble.js';

let postgres: Postgres;
let trouble: Trouble;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  // More rows than come into the queue at once.
  trouble = await createTrouble({ rows: 2_600, latency: 5 });
});
afterEach(() => trouble.end());

test('a run whose PostgreSQL is restarted says that it waits, and goes on when it is back', async () => {
  const run = await trouble.start('--plain', '--rate', '800', '--queue', postgres.url);
  await trouble.calledAtLeast(100);
  await postgres.crash();
  await run.waitForStderr(/waiting: the queue does not answer/);
  await postgres.startAgain();
  const { code, stderr } = await run.result;
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/^ +at /m)]);
  await trouble.expectAllDone();
});
