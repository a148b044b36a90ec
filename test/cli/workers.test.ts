import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { RESET_USER } from '../../jobs/reset-user.js';
import { openBackend } from '../../src/queue/open-backend.js';
import type { QueueBackend } from '../../src/queue/backend.js';
import { queueLocation } from '../../src/queue/location.js';
import { PLAN_QUEUE } from '../../src/run/plan.js';
import { readRunRecord } from '../../src/run/record.js';
import { type RunningProgram, runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Worker';
const ROWS = 600;

let standIn: SpawnedStandIn;
let workplace: Workplace;
let started: RunningProgram[];

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  started = [];
  await workplace.write('users.csv', csvOf(users(ROWS)));
  await standIn.clear();
  await standIn.setFaults([]);
});
afterEach(async () => {
  for (const program of started) program.kill('SIGKILL');
  await Promise.all(started.map((program) => program.result));
  await workplace.remove();
});

async function start(
  args: string[],
  env: Record<string, string> = {},
  endpoint = standIn.url,
): Promise<RunningProgram> {
  const service = ['--queue', inject('redisUrl'), '--endpoint-url', endpoint, '--allow-http'];
  const program = await startProgram([...args, ...service], {
    ...workplace.here,
    env: { ...workplace.here.env, ...env },
  });
  started.push(program);
  return program;
}

const startRun = (...more: string[]) =>
  start(['run', 'users.csv', '--pool-id', POOL, '--yes', '--run-dir', workplace.runDir, ...more]);
const startWorker = (run: string, env?: Record<string, string>) => start(['worker', '--run', run], env);

const calledAtLeast = (calls: number) =>
  expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(calls);

async function idOfRun(): Promise<string> {
  const { id } = await readRunRecord(join(workplace.runDir, 'run.json'));
  return id;
}

test('three workers and the run share its rows: each user is called once, each worker does some, all end with 0', async () => {
  // Answers come late until all take part, so that the run can't be over before.
  await standIn.setFaults([{ action: { kind: 'latency', ms: 3_000 } }]);
  const run = await startRun('--generate', '--json', '--quota', '1000', '--rate', '120');
  await calledAtLeast(5);
  const log = { COGNITO_BULK_RESET_LOG_LEVEL: 'debug' };
  // As on another host: the run's id, and its key from elsewhere.
  const key = { COGNITO_BULK_RESET_KEY_FILE: join(workplace.runDir, 'run.key') };
  const id = await idOfRun();
  const workers = await Promise.all([1, 2, 3].map(() => startWorker(id, { ...log, ...key })));
  await Promise.all(workers.map((worker) => worker.waitForStderr(/"msg":"taking part"/)));
  await standIn.setFaults([]);
  const result = await run.result;
  expect(result.code).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ rows: ROWS, byStatus: { succeeded: ROWS } });
  for (const worker of workers) {
    const { code, stdout, stderr } = await worker.result;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.match(/"status":"succeeded"/g)?.length).toBeGreaterThan(5);
    expect(stderr).toContain('the run has finished');
  }
  const counts = Object.values(await standIn.appliedCounts());
  expect(counts).toHaveLength(ROWS);
  expect(counts.every((count) => count === 1)).toBe(true);
  expect(workplace.report().map(({ username }) => username)).toEqual(users(ROWS));
});

test('a worker resets nobody whom its own host’s configuration protects, whatever the run’s says', async () => {
  const config = join(workplace.path, 'config');
  await mkdir(join(config, 'cognito-bulk-reset'), { recursive: true });
  const names = users(ROWS).map((name) => name.toUpperCase());
  await writeFile(join(config, 'cognito-bulk-reset', 'config.json'), JSON.stringify({ protect: names }));
  const run = await startRun('--generate', '--quota', '1000', '--rate', '20');
  await calledAtLeast(5);
  const worker = await startWorker(workplace.runDir, { XDG_CONFIG_HOME: config });
  expect((await run.result).code).toBe(1);
  expect((await worker.result).code).toBe(0);
  const skipped = workplace.report().filter(({ error }) => error === 'UserIsProtected');
  expect(skipped.length).toBeGreaterThan(0);
  const called = new Set((await standIn.calls()).map(({ username }) => username));
  expect(skipped.filter(({ username }) => called.has(username))).toEqual([]);
  expect(Object.keys(await standIn.appliedCounts())).toHaveLength(ROWS - skipped.length);
});

test('a worker whose credentials are refused stops the whole run, which says so and on which host', async () => {
  await standIn.setFaults([
    { accessKeyId: 'AKIAREFUSED', action: { kind: 'error', name: 'AccessDeniedException' } },
  ]);
  const run = await startRun('--generate', '--quota', '1000', '--rate', '60');
  await calledAtLeast(5);
  const worker = await startWorker(workplace.runDir, { AWS_ACCESS_KEY_ID: 'AKIAREFUSED' });
  expect((await worker.result).code).toBe(3);
  const { code, stderr } = await run.result;
  expect(code).toBe(3);
  expect(stderr).toMatch(/AccessDeniedException: .*\(worker on .+\)/);
  expect(workplace.report().every(({ status }) => status === 'succeeded')).toBe(true);
  await standIn.setFaults([]);
});

describe('a worker refuses, before its first job, with exit 2 and one line', () => {
  let run: RunningProgram;
  let id: string;
  let backend: QueueBackend;

  beforeEach(async () => {
    // One call in two seconds: there is always a job to be had.
    run = await startRun('--generate', '--rate', '0.5');
    await calledAtLeast(1);
    id = await idOfRun();
    backend = await openBackend(queueLocation(inject('redisUrl')), {
      runId: id,
      directory: undefined,
      onError: () => undefined,
    });
  });
  afterEach(async () => {
    run.kill('SIGKILL');
    await run.result;
    await backend.destroy();
  });

  async function refusal(runArgument: string, env: Record<string, string> = {}): Promise<string> {
    const worker = await startWorker(runArgument, { AWS_ACCESS_KEY_ID: 'AKIAWORKER', ...env });
    const { code, stdout, stderr } = await worker.result;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr;
  }

  const forge = async (change: (data: { plan: object; code: string }) => unknown) => {
    const job = await backend.queue(PLAN_QUEUE).getJob('plan');
    await job?.updateData(change(job.data));
  };

  test('a run that nobody knows, no key, another key, a forged plan, and junk for a plan', async () => {
    expect(await refusal('no-such-run')).toMatch(/no run no-such-run/);
    expect(await refusal(id)).toMatch(/COGNITO_BULK_RESET_KEY_FILE/);
    await workplace.write('other.key', Buffer.alloc(32, 1));
    const otherKey = { COGNITO_BULK_RESET_KEY_FILE: join(workplace.path, 'other.key') };
    await chmod(otherKey.COGNITO_BULK_RESET_KEY_FILE, 0o600);
    expect(await refusal(id, otherKey)).toMatch(/key is not the one of this run/);

    const sentByWorkers = () =>
      standIn.calls().then((calls) => calls.filter(({ answer }) => answer === 'AccessDeniedException'));
    await standIn.setFaults([
      { accessKeyId: 'AKIAWORKER', action: { kind: 'error', name: 'AccessDeniedException' } },
    ]);
    await forge(({ plan, code }) => ({ plan: { ...plan, pool: 'eu-west-1_Mine' }, code }));
    expect(await refusal(workplace.runDir)).toMatch(/not made with the run’s key/);
    await forge(({ plan }) => ({ plan }));
    expect(await refusal(workplace.runDir)).toMatch(/not made with the run’s key/);
    await forge(() => ({ plan: 'junk' }));
    expect(await refusal(workplace.runDir)).toMatch(/plan in the queue.*version/);
    expect(await sentByWorkers()).toEqual([]);
    await standIn.setFaults([]);
  });
});

test('two runs on one queue tell of each other, as they share the quota of account and Region, and of a new rate', async () => {
  // By another name, as the runs of other tests, killed a moment ago, share a quota too.
  const endpoint = standIn.url.replace('127.0.0.1', 'localhost');
  const second = join(workplace.path, 'second');
  const startWith = (runDir: string, rate: string) =>
    start(
      ['run', 'users.csv', '--pool-id', POOL, '--yes', '--run-dir', runDir, '--generate', '--rate', rate],
      {},
      endpoint,
    );
  const first = await startWith(workplace.runDir, '20');
  await calledAtLeast(1);
  const id = await idOfRun();
  const other = await startWith(second, '15');
  const [warning] = await other.waitForStderr(
    new RegExp(`warning: the run ${id} on \\S+ is under way on this queue.*`),
  );
  expect(warning).toMatch(/up to 20 calls a second.*Both share the quota of 30.*may make 35, .*set-rate/);
  await first.waitForStderr(/warning: the run second-\S+ on \S+ is under way on this queue/);
  expect((await runProgram(['set-rate', second, '5'], workplace.here)).code).toBe(0);
  await first.waitForStderr(/up to 5 calls a second.*together they make at most 25/);
});

test('a paused run sends nothing from any worker, though its own process stands still or is killed, until it is resumed', async () => {
  const run = await startRun('--generate', '--rate', '30');
  await calledAtLeast(1);
  const worker = await startWorker(workplace.runDir);
  await worker.waitForStderr(/"msg":"taking part"/);
  await calledAtLeast(40);
  expect((await runProgram(['pause', workplace.runDir], workplace.here)).code).toBe(0);
  run.kill('SIGSTOP');
  // What is under way, and the turns that were given out before.
  await sleep(1_500);
  const calls = await standIn.size();
  await sleep(5_000);
  expect(await standIn.size()).toBe(calls);
  run.kill('SIGKILL');
  await run.result;
  await sleep(1_000);
  expect(await standIn.size()).toBe(calls);

  const resumed = await startProgram(['resume', workplace.runDir, '--json'], workplace.here);
  started.push(resumed);
  await expect.poll(() => standIn.size(), { timeout: 60_000 }).toBeGreaterThan(calls + 60);
  resumed.kill('SIGINT');
  expect((await resumed.result).code).toBe(130);
});

test('a stop of the run holds up its workers too, and they go on when it is resumed', async () => {
  const run = await startRun('--generate', '--max-failures', '1', '--rate', '30', '--concurrency', '4');
  await calledAtLeast(1);
  const worker = await startWorker(workplace.runDir, { COGNITO_BULK_RESET_CONCURRENCY: '100' });
  await worker.waitForStderr(/"msg":"taking part"/);
  const backend = await openBackend(queueLocation(inject('redisUrl')), {
    runId: await idOfRun(),
    directory: undefined,
    onError: () => undefined,
  });
  try {
    const jobs = backend.queue(RESET_USER);
    const active = { timeout: 60_000, interval: 50 };
    await expect.poll(() => jobs.getActiveCount(), active).toBeGreaterThan(50);
    await standIn.setFaults([{ times: 1, action: { kind: 'error', name: 'UserNotFoundException' } }]);
    expect((await run.result).code).toBe(3);
    await worker.waitForStderr(/"error":"TooManyFailures","msg":"the run has stopped; waiting/);
    // What it had taken and not sent is back in the queue, for whoever goes on.
    await expect.poll(() => jobs.getActiveCount(), active).toBe(0);

    const lines = workplace.report().length;
    const resumed = await startProgram(['resume', workplace.runDir, '--json'], workplace.here);
    started.push(resumed);
    await expect.poll(() => workplace.report().length, active).toBeGreaterThan(lines + 40);
    resumed.kill('SIGINT');
    expect((await resumed.result).code).toBe(130);
    await worker.waitForStderr(/RunInterrupted/);
  } finally {
    await backend.destroy();
  }
  expect((await worker.result).code).toBe(0);
  expect(Math.max(...Object.values(await standIn.appliedCounts()))).toBe(1);
});
