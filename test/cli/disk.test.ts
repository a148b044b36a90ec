import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { startRedis } from '../support/redis.js';
import { canMount, type SmallDisk, smallDisk } from '../support/small-disk.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, runOn, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Disks1';
const ROWS = 300;
const CONCURRENCY = 10;

let standIn: SpawnedStandIn;
let disk: SmallDisk | undefined;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  await standIn.clear();
  await standIn.setFaults([]);
  await standIn.addPool({ id: POOL, generated: { pattern: 'user-%d', count: ROWS } });
});
afterEach(async () => {
  await workplace.remove();
  await disk?.remove();
  disk = undefined;
});

async function place(options?: string): Promise<SmallDisk | undefined> {
  disk = options === undefined ? undefined : await smallDisk(options);
  workplace = await createWorkplace(disk?.path);
  await workplace.write('users.csv', csvOf(users(ROWS)));
  return disk;
}

const onRedis = () => ['--queue', inject('redisUrl')];
const runArgs = (...more: string[]) => [
  ...runOn(POOL, standIn.url),
  '--generate',
  ...[
    '--quota',
    '1000',
    '--rate',
    // Slow enough for a busy machine to fill the disk meanwhile.
    '50',
    '--concurrency',
    String(CONCURRENCY),
    '--run-dir',
    workplace.runDir,
    ...more,
  ],
];
const resume = () => runProgram(['resume', workplace.runDir, '--quiet'], workplace.here);
const report = () => readFileSync(join(workplace.runDir, 'report.csv'));
const calls = () => standIn.calls({ operation: 'AdminSetUserPassword' });

/** Ended with what was asked: whole, nothing of before changed, and nobody called again who had a line. */
async function expectGoneOn(before: Buffer, called: number): Promise<void> {
  expect(report().subarray(0, before.length).equals(before)).toBe(true);
  expect(workplace.report().map(({ username, status }) => [username, status])).toEqual(
    users(ROWS).map((name) => [name, 'succeeded']),
  );
  const lined = new Set(
    before
      .toString()
      .split('\n')
      .map((line) => line.split(',')[2]),
  );
  const again = (await calls()).slice(called).map(({ username }) => username);
  expect(again.filter((name) => lined.has(name))).toEqual([]);
  expect(again.length).toBeLessThanOrEqual(ROWS - called + CONCURRENCY);
  expect(workplace.has('summary.json')).toBe(true);
}

/** Only who may mount a file system can fill one without harm to the machine. */
const mayMount = canMount ? '' : ' (skipped: a small file system can’t be mounted here)';

describe.skipIf(!canMount).each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: onRedis },
])(`with the queue on $queue${mayMount}`, ({ flags }) => {
  test('a disk that fills up stops the run with a whole last line and exit 3, resume says the same, and goes on when there is room', async () => {
    const small = await place('size=40m');
    const program = await startProgram(runArgs(...flags()), workplace.here);
    await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 10 }).toBeGreaterThan(60);
    await small?.fill();
    const { code, stdout, stderr } = await program.result;
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(
      /Stopped after \d+ rows: (ReportWriteError: .*make room|QueueFault: .*No space left)/,
    );
    expect(stderr).toMatch(/Nothing is lost.*\n.*cognito-bulk-reset resume/);
    expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
    const before = report();
    expect(before.at(-1)).toBe(10);
    const called = (await calls()).length;

    const stillFull = await resume();
    expect(stillFull.code).toBe(3);
    expect(stillFull.stderr).toMatch(/no space is left on the disk: make room|No space left/i);
    expect(stillFull.stderr).not.toMatch(/ at .*:\d+:\d+/);
    // What the queue knew may have found room on the page that was begun: in whole lines, after the others.
    const after = report();
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    expect(after.at(-1)).toBe(10);

    await small?.free();
    expect(await resume()).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/made anew/) });
    await expectGoneOn(before, called);
    expect(workplace.has('queue')).toBe(false);
  });
});

test.skipIf(!canMount)(
  `a run directory that is read-only is not touched: exit 3 says so, and resume goes on when it can be written${mayMount}`,
  async () => {
    const small = await place('size=40m');
    await standIn.setFaults([
      { username: 'user-50', action: { kind: 'error', name: 'AccessDeniedException' } },
    ]);
    expect((await runProgram(runArgs(...onRedis()), workplace.here)).code).toBe(3);
    await standIn.setFaults([]);
    const [before, called] = [report(), (await calls()).length];
    small?.setReadOnly(true);
    const refused = await resume();
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(
      /^cognito-bulk-reset: .*the file system is read-only: make it writable.*\n$/,
    );
    const cancelled = await runProgram(['cancel', workplace.runDir], workplace.here);
    expect(cancelled).toMatchObject({ code: 3, stderr: refused.stderr });
    small?.setReadOnly(false);
    expect((await resume()).code).toBe(0);
    await expectGoneOn(before, called);
  },
);

test.skipIf(!canMount)(
  `a result that can’t be written is written by resume: every row has its line, and nobody is called again${mayMount}`,
  async () => {
    const small = await place('size=40m,nr_inodes=60');
    await standIn.addPool({ id: POOL, generated: { pattern: 'user-%d', count: ROWS - 1 } });
    const program = await startProgram(runArgs(...onRedis()), workplace.here);
    await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 10 }).toBeGreaterThan(20);
    await small?.fillNames();
    const { code, stderr } = await program.result;
    expect(code).toBe(3);
    expect(stderr).toMatch(
      new RegExp(
        `Stopped after ${ROWS} rows: ReportWriteError: .*failed\\.csv could not be written: no space`,
      ),
    );
    const before = report();
    const called = (await calls()).length;
    expect(called).toBe(ROWS);
    await small?.free();
    expect((await resume()).code).toBe(1);
    expect((await calls()).length).toBe(called);
    expect(report().equals(before)).toBe(true);
    expect(readFileSync(join(workplace.runDir, 'failed.csv'), 'utf8')).toBe(
      `username,error\nuser-${ROWS},UserNotFoundException\n`,
    );
  },
);

test.skipIf(!canMount)(
  `a disk that has no room for run.json is the run directory’s fault, and not the queue’s${mayMount}`,
  async () => {
    const small = await place('size=40m,nr_inodes=60');
    await standIn.setFaults([{ operation: 'AdminSetUserPassword', action: { kind: 'latency', ms: 8_000 } }]);
    const program = await startProgram(runArgs('--canary', '5', ...onRedis()), workplace.here);
    await expect.poll(calls, { timeout: 60_000, interval: 10 }).not.toEqual([]);
    // live.json, which is written anew each second, would give a name back.
    const draft = join(workplace.runDir, 'live.json.tmp');
    const isTaken = () =>
      mkdir(draft).then(
        () => true,
        () => false,
      );
    await expect.poll(isTaken, { interval: 10 }).toBe(true);
    await small?.fillNames();
    const { code, stderr } = await program.result;
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(
        /Stopped after 5 rows: ReportWriteError: .*run\.json could not be written: no space/,
      ),
    ]);
  },
);

test('a file that may not grow (ulimit -f) stops the run like a full disk, and a log that may not either costs only lines of it', async () => {
  await place();
  const limited = { ...workplace.here, wrapper: ['prlimit', '--fsize=24000'] };
  const { code, stderr } = await runProgram(runArgs(...onRedis()), limited);
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /ReportWriteError: .*report\.csv could not be written: the largest file size.*ulimit/,
  );
  const before = report();
  expect(before.at(-1)).toBe(10);
  const called = (await calls()).length;
  expect((await resume()).code).toBe(0);
  await expectGoneOn(before, called);
});

test.skipIf(!canMount)(
  `a disk that has no room to open the embedded queue again ends resume with the words of a run that stops for it${mayMount}`,
  async () => {
    const small = await place('size=60m');
    await standIn.setFaults([
      { username: 'user-50', action: { kind: 'error', name: 'AccessDeniedException' } },
    ]);
    expect((await runProgram(runArgs(), workplace.here)).code).toBe(3);
    await standIn.setFaults([]);
    // As a kill leaves them: jobs that are under way, on pages without room for another version of them.
    const queue = await PGlite.create({ dataDir: join(workplace.runDir, 'queue') });
    await queue.exec(`update bullmq.job set state = 'active', lock_token = 'dead'`);
    await queue.exec('vacuum full bullmq.job');
    await queue.close();
    await writeFile(join(workplace.path, 'kept'), Buffer.alloc(16_384));
    await small?.fill();
    // Room for the lock alone.
    await rm(join(workplace.path, 'kept'));
    const { code, stdout, stderr } = await resume();
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(
      /^cognito-bulk-reset: QueueFault: .*No space left on device\nThe queue can’t be used as it is: make room .*\n$/,
    );
    await small?.free();
    expect((await resume()).code).toBe(0);
  },
);

test.skipIf(!canMount).each(['10m', '3m'])(
  `a disk of %s that is full at the start is a mistake to mend first: exit 2, nothing sent, nothing left${mayMount}`,
  async (size) => {
    const small = await place(`size=${size}`);
    // The small one fills up when the queue is made in it.
    if (size === '10m') await small?.fill();
    const { code, stderr } = await runProgram(runArgs(), workplace.here);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /could not be written: no space is left on the disk: make room, then run it again\.\n$/,
    );
    expect(await calls()).toEqual([]);
    expect(await workplace.names()).toEqual(['users.csv']);
  },
);

test('a Redis that has no memory left stops the run and says so; resume goes on when it has', async () => {
  await place();
  const redis = await startRedis();
  const client = new Redis(redis.socketPath);
  try {
    const program = await startProgram(runArgs('--queue', redis.url), workplace.here);
    await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 10 }).toBeGreaterThan(60);
    await client.config('SET', 'maxmemory', '1mb');
    const { code, stderr } = await program.result;
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /Stopped after \d+ rows: QueueFault: OOM .*\n.*make room where it is stored.*\n.*Nothing is lost/,
    );
    const [before, called] = [report(), (await calls()).length];
    await client.config('SET', 'maxmemory', '0');
    expect((await resume()).code).toBe(0);
    await expectGoneOn(before, called);
  } finally {
    client.disconnect();
    await redis.stop();
  }
});
