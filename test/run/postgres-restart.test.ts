import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { queueLocation } from '../../src/queue/location.js';
import { openBackend } from '../../src/queue/open-backend.js';
import { postgresNeighbours } from '../../src/queue/postgres-neighbours.js';
import { postgresPaceStore } from '../../src/queue/postgres-pace-store.js';
import { startPace } from '../../src/rate/pace.js';
import { type Postgres, startPostgres } from '../support/postgres.js';
import { createTrouble, type Trouble } from './trouble.js';

let postgres: Postgres;
let trouble: Trouble | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
afterEach(async () => {
  await trouble?.end();
  trouble = undefined;
});

test('a run whose PostgreSQL is restarted says that it waits, and goes on when it is back', async () => {
  // More rows than come into the queue at once.
  trouble = await createTrouble({ rows: 2_600, latency: 5 });
  const run = await trouble.start('--plain', '--rate', '800', '--queue', postgres.url);
  await trouble.calledAtLeast(100);
  await postgres.crash();
  await run.waitForStderr(/waiting: the queue does not answer/);
  await postgres.startAgain();
  const { code, stderr } = await run.result;
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/^ +at /m)]);
  await trouble.expectAllDone();
});

test('a run whose PostgreSQL is gone when each row has its line finishes all the same, and says what is left there', async () => {
  trouble = await createTrouble({ rows: 20, latency: 5 });
  // Makes its tables.
  const backend = await openBackend(queueLocation(postgres.url), {
    runId: 'before',
    directory: undefined,
    onError: () => undefined,
  });
  await backend.queue('work').waitUntilReady();
  await backend.close();
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  // Until it is gone the removal takes long.
  await client.query(`create function public.slowly() returns trigger language plpgsql as
    'begin perform pg_sleep(60); return old; end'`);
  await client.query(
    'create trigger slowly before delete on bullmq.job for each row execute function public.slowly()',
  );
  const run = await trouble.start('--plain', '--queue', postgres.url);
  const removing = async () =>
    (await client.query(`select from pg_stat_activity where wait_event = 'PgSleep'`)).rowCount;
  await expect.poll(removing, { timeout: 60_000, interval: 20 }).toBe(1);
  await postgres.crash();
  const { code, stderr } = await run.result;
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/^ +at /m)]);
  expect(stderr).toMatch(
    /warning: each row has its line, but the run’s queue could not be removed \(.+\)\. Remove there what has run-[0-9a-f]{8} in its name, and end workers that still wait for the run\./,
  );
  expect(trouble.workplace.json('summary.json')).toMatchObject({ rows: 20 });
  await trouble.expectAllDone();
  await postgres.startAgain();
});

describe('who asks while PostgreSQL is away', () => {
  let pool: pg.Pool;
  afterEach(() => pool.end());
  const away = async (ask: () => Promise<unknown>) => {
    pool = new pg.Pool({ connectionString: postgres.url });
    pool.on('error', () => undefined);
    await postgres.crash();
    await expect(ask()).rejects.toThrow();
    await postgres.startAgain();
  };

  test('for the pace gets it when it is back', async () => {
    const store = () => postgresPaceStore(pool, 'run-1', 'calls');
    let asked: ReturnType<typeof store> | undefined;
    await away(() => (asked = store()).read());
    expect(await asked?.read()).toMatchObject({ version: 0 });
  });

  test('for a pace that it has lost gets a new one', async () => {
    pool = new pg.Pool({ connectionString: postgres.url });
    const store = postgresPaceStore(pool, 'run-2', 'calls');
    for (const lose of ['delete from', 'drop table']) {
      const { version } = await store.read();
      expect(await store.swap(version, startPace(20, 0))).toMatchObject({ swapped: true });
      await pool.query(`${lose} public.cognito_bulk_reset_pace`);
      await expect(store.read()).rejects.toThrow();
      expect(await store.read()).toMatchObject({ version: 0, state: undefined });
    }
  });

  test('for other runs meets them when it is back', async () => {
    const own = { run: 'one', pool: 'eu-west-1_One', region: 'eu-west-1', rate: 20, host: 'here' };
    let asked: ReturnType<typeof postgresNeighbours> | undefined;
    await away(() => (asked = postgresNeighbours(pool)).meet(own));
    await pool.query('drop table if exists public.cognito_bulk_reset_runs');
    expect(await asked?.meet(own)).toEqual([]);
  });
});
