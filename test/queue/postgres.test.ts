import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { openBackend } from '../../src/queue/open-backend.js';
import { queueLocation } from '../../src/queue/location.js';
import { useScene } from '../cli/scene.js';
import { users } from '../cli/workplace.js';
import { type Postgres, startPostgres } from '../support/postgres.js';

const POOL = 'eu-west-1_Postgres1';
const ROWS = 300;

let postgres: Postgres;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }],
  users: [...users(ROWS), 'nobody'],
});
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const runArgs = (...more: string[]) =>
  scene.runOn(POOL, '--quiet', '--generate', '--queue', postgres.url, '--quota', '1000', ...more);

async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  return work(client).finally(() => client.end());
}

/** Meanwhile the server does this (PL/pgSQL) before it takes what a job came to. */
const whileTakingOutcomes = (does: string, work: (client: pg.Client) => Promise<void>) =>
  onServer(async (client) => {
    await client.query(`create function public.slowly() returns trigger language plpgsql as
      'begin ${does} return new; end'`);
    try {
      await client.query(`create trigger slowly before update on bullmq.job for each row
        when (new.state = 'completed') execute function public.slowly()`);
      await work(client);
    } finally {
      await client.query('drop function public.slowly cascade');
    }
  });

const jobsLeft = () =>
  onServer(async (client): Promise<number> => {
    const { rows } = await client.query('select count(*)::int as jobs from bullmq.job');
    const pace = await client.query('select count(*)::int as runs from public.cognito_bulk_reset_pace');
    return rows[0].jobs + pace.rows[0].runs;
  });

test('a run on PostgreSQL, shared with a worker of another process, calls each user once and leaves nothing there', async () => {
  // Answers come late until the worker takes part, so that the run can't be over before.
  await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 3_000 } }]);
  const run = await scene.start(runArgs('--rate', '40'));
  await scene.calledAtLeast(5);
  const worker = await scene.start(
    ['worker', '--queue', postgres.url, '--run', scene.workplace.runDir, ...scene.endpoint()],
    { env: { COGNITO_BULK_RESET_LOG_LEVEL: 'debug' } },
  );
  await worker.waitForStderr(/"msg":"taking part"/);
  await scene.standIn.setFaults([]);
  expect((await run.result).code).toBe(1);
  const { code, stderr } = await worker.result;
  expect(code).toBe(0);
  expect(stderr).toMatch(/"status":"succeeded"/);
  const report = scene.workplace.report();
  expect(report.map(({ username }) => username)).toEqual([...users(ROWS), 'nobody']);
  expect(report.filter(({ status }) => status === 'succeeded')).toHaveLength(ROWS);
  const counts = await scene.standIn.appliedCounts();
  expect(users(ROWS).filter((name) => counts[name] !== 1)).toEqual([]);
  expect(await jobsLeft()).toBe(0);
});

test('killed with -9 and resumed on PostgreSQL, a run calls nobody whose line was written', async () => {
  const run = await scene.start(runArgs('--rate', '200'));
  await scene.calledAtLeast(100);
  run.kill('SIGKILL');
  await run.result;
  const written = new Set(scene.workplace.report().map(({ username }) => username));
  const calls = await scene.standIn.size();
  const resumed = await scene.run(['resume', scene.workplace.runDir, '--quiet']);
  expect(resumed.code).toBe(1);
  expect(scene.workplace.report()).toHaveLength(ROWS + 1);
  const after = (await scene.standIn.calls()).slice(calls);
  expect(after.filter(({ username }) => written.has(username ?? ''))).toEqual([]);
  expect(await jobsLeft()).toBe(0);
});

test('one that is interrupted waits for a slow queue as long as it goes on hearing of outcomes: nobody is called again', async () => {
  await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 1_000 } }]);
  const run = await scene.start(runArgs('--rate', '500', '--concurrency', '40'));
  const called = async () => (await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).length;
  await expect.poll(called, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
  // One job after the other: 40 take 8 s.
  await whileTakingOutcomes('perform pg_advisory_xact_lock(1); perform pg_sleep(0.2);', async () => {
    run.kill('SIGINT');
    expect((await run.result).code).toBe(130);
    expect(scene.workplace.report().map(({ username }) => username)).toEqual(users(await called()));
  });
  await scene.standIn.setFaults([]);
  expect((await scene.run(['resume', scene.workplace.runDir, '--quiet'])).code).toBe(1);
  const counts = await scene.standIn.appliedCounts();
  expect(users(ROWS).filter((name) => counts[name] !== 1)).toEqual([]);
});

test('what a job came to is told again when its connection ends meanwhile: it is not taken for failed, and done once', async () => {
  const backend = await openBackend(queueLocation(postgres.url), {
    runId: 'lost-connection',
    directory: undefined,
    onError: () => undefined,
  });
  const queue = backend.queue('work');
  try {
    await queue.add('work', {}, { jobId: 'row-1', ...backend.jobOptions(100) });
    await whileTakingOutcomes('perform pg_sleep(1);', async (client) => {
      let done = 0;
      backend.worker('work', async () => (done += 1), { concurrency: 1 });
      const endConnection = async () =>
        (
          await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
            where wait_event = 'PgSleep'`)
        ).rowCount;
      await expect.poll(endConnection, { interval: 20 }).toBe(1);
      await expect.poll(() => queue.getJobState('row-1')).not.toBe('active');
      expect(await queue.getJobState('row-1')).toBe('completed');
      expect(done).toBe(1);
    });
  } finally {
    await backend.destroy();
  }
});

test('a server that is not there is said in one line, with exit 2 and no password of the URL', async () => {
  const nowhere = 'postgres://cbr:hunter2@127.0.0.1:1/queue';
  const { code, stderr } = await scene.run([...runArgs(), '--queue', nowhere]);
  expect(code).toBe(2);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/does not answer/);
  expect(stderr).not.toContain('hunter2');
  expect(scene.workplace.has('.')).toBe(false);
});

test.each([
  ['ahead of', 20_000],
  ['behind', -20_000],
])(
  'a host whose clock is 20 s %s the server’s is refused in one line: its workers would call users twice',
  async (how, ms) => {
    const skewed = `data:text/javascript,const now=Date.now;Date.now=()=>now()+(${ms})`;
    const { code, stderr } = await scene.run(runArgs(), { nodeArgs: ['--import', skewed] });
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`clock is (19|20) s ${how} .*NTP`));
    expect(await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).toEqual([]);
    expect(scene.workplace.has('.')).toBe(false);
  },
);

test('two runs on one server see each other until one leaves', async () => {
  const open = (runId: string) =>
    openBackend(queueLocation(postgres.url), { runId, directory: undefined, onError: () => undefined });
  const note = { pool: 'eu-west-1_One', region: 'eu-west-1', rate: 20, host: 'here' };
  const [one, other] = await Promise.all([open('one'), open('other')]);
  try {
    await one.neighbours?.meet({ ...note, run: 'one' });
    expect(await other.neighbours?.meet({ ...note, run: 'other' })).toEqual([{ ...note, run: 'one' }]);
    await one.neighbours?.leave('one');
    expect(await other.neighbours?.meet({ ...note, run: 'other' })).toEqual([]);
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
});
