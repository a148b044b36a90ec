import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { RESET_USER } from '../../jobs/reset-user.js';
import { openBackend } from '../../src/queue/open-backend.js';
import type { QueueBackend } from '../../src/queue/backend.js';
import { queueLocation } from '../../src/queue/location.js';
import { PLAN_QUEUE } from '../../src/run/plan.js';
import { readRunRecord } from '../../src/run/record.js';
import type { RunningProgram } from '../support/program.js';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Worker';
const ROWS = 600;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }],
  users: users(ROWS),
});

function start(
  args: string[],
  env: Record<string, string> = {},
  endpoint = scene.standIn.url,
): Promise<RunningProgram> {
  const service = ['--queue', inject('redisUrl'), '--endpoint-url', endpoint, '--allow-http'];
  return scene.start([...args, ...service], { env });
}

const startRun = (...more: string[]) =>
  start(['run', 'users.csv', '--pool-id', POOL, '--yes', '--run-dir', scene.workplace.runDir, ...more]);
const startWorker = (run: string, env?: Record<string, string>) => start(['worker', '--run', run], env);

async function idOfRun(): Promise<string> {
  const { id } = await readRunRecord(join(scene.workplace.runDir, 'run.json'));
  return id;
}

test('three workers and the run share its rows: each user is called once, each worker does some, all end with 0', async () => {
  // Answers come late until all take part, so that the run can't be over before.
  await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 3_000 } }]);
  const run = await startRun('--generate', '--json', '--quota', '1000', '--rate', '120');
  await scene.calledAtLeast(5);
  const log = { COGNITO_BULK_RESET_LOG_LEVEL: 'debug' };
  // As on another host: the run's id, and its key from elsewhere.
  const key = { COGNITO_BULK_RESET_KEY_FILE: join(scene.workplace.runDir, 'run.key') };
  const id = await idOfRun();
  const workers = await Promise.all([1, 2, 3].map(() => startWorker(id, { ...log, ...key })));
  await Promise.all(workers.map((worker) => worker.waitForStderr(/"msg":"taking part"/)));
  await scene.standIn.setFaults([]);
  const result = await run.result;
  expect(result.code).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ rows: ROWS, byStatus: { succeeded: ROWS } });
  for (const worker of workers) {
    const { code, stdout, stderr } = await worker.result;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.match(/"status":"succeeded"/g)?.length).toBeGreaterThan(5);
    expect(stderr).toContain('the run has finished');
  }
  const counts = Object.values(await scene.standIn.appliedCounts());
  expect(counts).toHaveLength(ROWS);
  expect(counts.every((count) => count === 1)).toBe(true);
  expect(scene.workplace.report().map(({ username }) => username)).toEqual(users(ROWS));
});

test('a worker resets nobody whom its own host’s configuration protects, whatever the run’s says', async () => {
  const config = join(scene.workplace.path, 'config');
  await mkdir(join(config, 'cognito-bulk-reset'), { recursive: true });
  const names = users(ROWS).map((name) => name.toUpperCase());
  await writeFile(join(config, 'cognito-bulk-reset', 'config.json'), JSON.stringify({ protect: names }));
  const run = await startRun('--generate', '--quota', '1000', '--rate', '20');
  await scene.calledAtLeast(5);
  const worker = await startWorker(scene.workplace.runDir, { XDG_CONFIG_HOME: config });
  expect((await run.result).code).toBe(1);
  expect((await worker.result).code).toBe(0);
  const skipped = scene.workplace.report().filter(({ error }) => error === 'UserIsProtected');
  expect(skipped.length).toBeGreaterThan(0);
  const called = new Set((await scene.standIn.calls()).map(({ username }) => username));
  expect(skipped.filter(({ username }) => called.has(username))).toEqual([]);
  expect(Object.keys(await scene.standIn.appliedCounts())).toHaveLength(ROWS - skipped.length);
});

test('a worker whose credentials are refused stops the whole run, which says so and on which host', async () => {
  await scene.standIn.setFaults([
    { accessKeyId: 'AKIAREFUSED', action: { kind: 'error', name: 'AccessDeniedException' } },
  ]);
  const run = await startRun('--generate', '--quota', '1000', '--rate', '60');
  await scene.calledAtLeast(5);
  const worker = await startWorker(scene.workplace.runDir, { AWS_ACCESS_KEY_ID: 'AKIAREFUSED' });
  expect((await worker.result).code).toBe(3);
  const { code, stderr } = await run.result;
  expect(code).toBe(3);
  expect(stderr).toMatch(/AccessDeniedException: .*\(worker on .+\)/);
  expect(scene.workplace.report().every(({ status }) => status === 'succeeded')).toBe(true);
  await scene.standIn.setFaults([]);
});

describe('a worker refuses, before its first job, with exit 2 and one line', () => {
  let run: RunningProgram;
  let id: string;
  let backend: QueueBackend;

  beforeEach(async () => {
    // One call in two seconds: there is always a job to be had.
    run = await startRun('--generate', '--rate', '0.5');
    await scene.calledAtLeast(1);
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
    await scene.workplace.write('other.key', Buffer.alloc(32, 1));
    const otherKey = { COGNITO_BULK_RESET_KEY_FILE: join(scene.workplace.path, 'other.key') };
    await chmod(otherKey.COGNITO_BULK_RESET_KEY_FILE, 0o600);
    expect(await refusal(id, otherKey)).toMatch(/key is not the one of this run/);

    const sentByWorkers = () =>
      scene.standIn.calls().then((calls) => calls.filter(({ answer }) => answer === 'AccessDeniedException'));
    await scene.standIn.setFaults([
      { accessKeyId: 'AKIAWORKER', action: { kind: 'error', name: 'AccessDeniedException' } },
    ]);
    await forge(({ plan, code }) => ({ plan: { ...plan, pool: 'eu-west-1_Mine' }, code }));
    expect(await refusal(scene.workplace.runDir)).toMatch(/not made with the run’s key/);
    await forge(({ plan }) => ({ plan }));
    expect(await refusal(scene.workplace.runDir)).toMatch(/not made with the run’s key/);
    await forge(() => ({ plan: 'junk' }));
    expect(await refusal(scene.workplace.runDir)).toMatch(/plan in the queue.*version/);
    expect(await sentByWorkers()).toEqual([]);
    await scene.standIn.setFaults([]);
  });
});

test('two runs on one queue tell of each other, as they share the quota of account and Region, and of a new rate', async () => {
  // By another name, as the runs of other tests, killed a moment ago, share a quota too.
  const endpoint = scene.standIn.url.replace('127.0.0.1', 'localhost');
  const second = join(scene.workplace.path, 'second');
  const startWith = (runDir: string, rate: string) =>
    start(
      ['run', 'users.csv', '--pool-id', POOL, '--yes', '--run-dir', runDir, '--generate', '--rate', rate],
      {},
      endpoint,
    );
  const first = await startWith(scene.workplace.runDir, '20');
  await scene.calledAtLeast(1);
  const id = await idOfRun();
  const other = await startWith(second, '15');
  const [warning] = await other.waitForStderr(
    new RegExp(`warning: the run ${id} on \\S+ is under way on this queue.*`),
  );
  expect(warning).toMatch(/up to 20 calls a second.*Both share the quota of 30.*may make 35, .*set-rate/);
  await first.waitForStderr(/warning: the run second-\S+ on \S+ is under way on this queue/);
  expect((await scene.run(['set-rate', second, '5'])).code).toBe(0);
  await first.waitForStderr(/up to 5 calls a second.*together they make at most 25/);
});

test('a paused run sends nothing from any worker, though its own process stands still or is killed, until it is resumed', async () => {
  const run = await startRun('--generate', '--rate', '30');
  await scene.calledAtLeast(1);
  const worker = await startWorker(scene.workplace.runDir);
  await worker.waitForStderr(/"msg":"taking part"/);
  await scene.calledAtLeast(40);
  expect((await scene.run(['pause', scene.workplace.runDir])).code).toBe(0);
  run.kill('SIGSTOP');
  // What is under way, and the turns that were given out before.
  await sleep(1_500);
  const calls = await scene.standIn.size();
  await sleep(5_000);
  expect(await scene.standIn.size()).toBe(calls);
  run.kill('SIGKILL');
  await run.result;
  await sleep(1_000);
  expect(await scene.standIn.size()).toBe(calls);

  const resumed = await scene.start(['resume', scene.workplace.runDir, '--json']);
  await expect.poll(() => scene.standIn.size(), { timeout: 60_000 }).toBeGreaterThan(calls + 60);
  resumed.kill('SIGINT');
  expect((await resumed.result).code).toBe(130);
});

test('a stop of the run holds up its workers too, and they go on when it is resumed', async () => {
  const run = await startRun('--generate', '--max-failures', '1', '--rate', '30', '--concurrency', '4');
  await scene.calledAtLeast(1);
  const worker = await startWorker(scene.workplace.runDir, { COGNITO_BULK_RESET_CONCURRENCY: '100' });
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
    await scene.standIn.setFaults([{ times: 1, action: { kind: 'error', name: 'UserNotFoundException' } }]);
    expect((await run.result).code).toBe(3);
    await worker.waitForStderr(/"error":"TooManyFailures","msg":"the run has stopped; waiting/);
    // What it had taken and not sent is back in the queue, for whoever goes on.
    await expect.poll(() => jobs.getActiveCount(), active).toBe(0);

    const lines = scene.workplace.report().length;
    const resumed = await scene.start(['resume', scene.workplace.runDir, '--json']);
    await expect.poll(() => scene.workplace.report().length, active).toBeGreaterThan(lines + 40);
    resumed.kill('SIGINT');
    expect((await resumed.result).code).toBe(130);
    await worker.waitForStderr(/RunInterrupted/);
  } finally {
    await backend.destroy();
  }
  expect((await worker.result).code).toBe(0);
  expect(Math.max(...Object.values(await scene.standIn.appliedCounts()))).toBe(1);
});
