import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { CLI, runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';

const POOL = 'eu-west-1_Test00001';
const USERS = 5_000;
let standIn: SpawnedStandIn;
let work: string;
// One prepared embedded queue for all: initdb takes seconds.
let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'cbr-cache-'));
  const pools = [{ id: POOL, name: 'customers', generated: { pattern: 'user-%d', count: USERS } }];
  standIn = await spawnStandIn({ pools });
});
afterAll(async () => {
  await standIn.close();
  await rm(cache, { recursive: true, force: true });
});
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'cbr-run-'));
  await standIn.clear();
  await standIn.setFaults([]);
});
afterEach(() => rm(work, { recursive: true, force: true }));

const runDir = () => join(work, 'run');
const options = () => ({ cwd: work, env: { XDG_CACHE_HOME: cache } });
const service = () => ['--endpoint-url', standIn.url, '--allow-http'];
const fast = ['--quota', '100000', '--rate', 'max', '--concurrency', '50'];

async function run(csv: string, ...more: string[]) {
  await writeFile(join(work, 'users.csv'), csv);
  const args = [
    'run',
    'users.csv',
    '--pool-id',
    POOL,
    '--yes',
    '--quiet',
    '--run-dir',
    runDir(),
    ...service(),
  ];
  return runProgram([...args, ...more], options());
}

function report(): Record<string, string>[] {
  return parse(readFileSync(join(runDir(), 'report.csv')), { columns: true });
}

const queues = [
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: (): string[] => ['--queue', inject('redisUrl')] },
];

describe.each(queues)('with the queue on $queue', ({ queue, flags }) => {
  it('gives 5,000 rows with 10 % trouble 5,000 lines that agree with what the pool did', async () => {
    const names = Array.from({ length: USERS }, (_, i) => {
      if (i % 20 === 7) return `nobody-${i}`;
      if (i % 40 === 11) return 'user-1';
      return i % 40 === 31 ? `two words ${i}` : `user-${i + 1}`;
    });
    const result = await run(`username\n${names.join('\n')}\n`, '--generate', ...fast, ...flags());
    expect(result.stderr).not.toContain('cognito-bulk-reset:');
    expect(result.code).toBe(1);

    const lines = report();
    expect(lines.map(({ row }) => Number(row))).toEqual(names.map((_, i) => i + 1));
    expect(lines.map(({ username }) => username)).toEqual(names);
    const applied = new Map(Object.entries(await standIn.appliedCounts()));
    for (const { username = '', status, error } of lines) {
      if (status === 'succeeded') expect(applied.get(username)).toBe(1);
      else expect(['UserNotFoundException', 'DuplicateUsername', 'InvalidUsername']).toContain(error);
    }
    const called = [...applied.values()].filter((times) => times > 0);
    expect(called.length).toBe(lines.filter(({ status }) => status === 'succeeded').length);
    expect(existsSync(join(runDir(), 'queue'))).toBe(false);
    if (queue === 'Redis') {
      const redis = new Redis({ path: new URL(inject('redisUrl')).pathname });
      const { id } = JSON.parse(readFileSync(join(runDir(), 'run.json'), 'utf8'));
      expect(await redis.keys(`{cognito-bulk-reset:${id}}*`)).toEqual([]);
      redis.disconnect();
    }
  });

  it('killed with -9 and resumed, changes no line, calls nobody whose line was written, and loses no row', async () => {
    const names = Array.from({ length: 1_500 }, (_, i) => `user-${i + 1}`);
    await writeFile(join(work, 'users.csv'), `username\n${names.join('\n')}\n`);
    const args = [
      'run',
      'users.csv',
      '--pool-id',
      POOL,
      '--yes',
      '--quiet',
      '--run-dir',
      runDir(),
      ...service(),
    ];
    const pace = ['--quota', '1000', '--rate', '300', '--generate'];
    const program = await startProgram([...args, ...pace, ...flags()], options());
    await expect.poll(() => standIn.size(), { timeout: 30_000 }).toBeGreaterThan(300);
    program.kill('SIGKILL');
    await program.result;
    const before = await readFile(join(runDir(), 'report.csv'));
    const called = await standIn.size();

    const resumed = await runProgram(['resume', runDir(), '--quiet'], options());
    expect(resumed.stderr).not.toContain('cognito-bulk-reset:');
    expect(resumed.code).toBe(0);
    const after = await readFile(join(runDir(), 'report.csv'));
    const whole = before.subarray(0, before.lastIndexOf(10) + 1);
    expect(after.subarray(0, whole.length).equals(whole)).toBe(true);
    expect(report().map(({ username }) => username)).toEqual(names);

    const lines: Record<string, string>[] = parse(whole, { columns: true });
    const written = new Set(lines.map(({ username }) => username));
    const calls = (await standIn.calls()).filter(({ operation }) => operation === 'AdminSetUserPassword');
    const callsAfter = (await standIn.calls()).slice(called);
    expect(callsAfter.filter(({ username }) => written.has(username))).toEqual([]);
    const hashes = new Map<string, string>();
    for (const { username, passwordHash } of calls) {
      expect(passwordHash).toBe(hashes.get(username) ?? passwordHash);
      hashes.set(username, passwordHash);
    }
  });

  it('stops on AccessDenied with exit 3 and no line for the rows in flight, and resumes when it is mended', async () => {
    await standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
    const result = await run('username\nuser-1\nuser-2\nuser-3\n', '--discard', ...flags());
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('AccessDeniedException');
    expect(report()).toEqual([]);

    await standIn.setFaults([]);
    const resumed = await runProgram(['resume', runDir(), '--quiet'], options());
    expect(resumed.code).toBe(0);
    expect(report().map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  it('ends as succeeded when the answer of an applied call was lost', async () => {
    await standIn.setFaults([{ username: 'user-2', times: 1, action: { kind: 'reset-after-apply' } }]);
    const result = await run('username\nuser-1\nuser-2\n', '--generate', ...flags());
    expect(result.code).toBe(0);
    expect(report()[1]).toMatchObject({ status: 'succeeded', attempts: '2' });
  });

  it('spends no attempt of a user on a slow-down', async () => {
    await standIn.setFaults([
      { username: 'user-1', times: 1, action: { kind: 'error', name: 'TooManyRequestsException' } },
    ]);
    const result = await run('username\nuser-1\nuser-2\n', '--generate', '--json', ...flags());
    expect(JSON.parse(result.stdout)).toMatchObject({ status: 'finished', throttles: 1 });
    expect(report()[0]).toMatchObject({ status: 'succeeded', attempts: '1' });
  });
});

it('sets temporary passwords with --temporary and sealed ones from a column', async () => {
  const csv = 'username,password\nuser-1,Sealed-Password-1\nuser-2,x\n';
  const result = await run(csv, '--password-column', 'password', '--temporary');
  expect(result.code).toBe(1);
  expect(report()).toMatchObject([{ status: 'succeeded' }, { status: 'failed', error: 'InvalidPassword' }]);
  const [call] = (await standIn.calls()).filter(({ operation }) => operation === 'AdminSetUserPassword');
  expect(call).toMatchObject({ username: 'user-1', permanent: false });
  // grep ends with 1 when it finds nothing: the password is in no file of the run directory.
  const found = spawnSync('grep', ['-rla', 'Sealed-Password-1', runDir()]);
  expect(found.status).toBe(1);
});

it('refuses a second resume while the run is under way, naming its pid', async () => {
  const names = Array.from({ length: 400 }, (_, i) => `user-${i + 1}`);
  await writeFile(join(work, 'users.csv'), `username\n${names.join('\n')}\n`);
  const args = [
    'run',
    'users.csv',
    '--pool-id',
    POOL,
    '--yes',
    '--generate',
    '--run-dir',
    runDir(),
    ...service(),
  ];
  const program = await startProgram(args, options());
  await expect.poll(() => standIn.size(), { timeout: 30_000 }).toBeGreaterThan(3);
  const second = await runProgram(['resume', runDir()], options());
  expect(second.code).toBe(2);
  expect(second.stderr).toContain(String(program.pid));
  program.kill('SIGINT');
  const first = await program.result;
  expect(first.code).toBe(130);
  expect(first.stderr).toContain('resume');
});

describe('a mistake gives exit 2, one line that says what to do, no call and no run directory', () => {
  const good = 'username\nuser-1\n';
  it.each([
    ['no mode', good, [], /--generate/],
    ['two modes', good, ['--generate', '--discard'], /one of --generate/],
    ['--discard with --temporary', good, ['--discard', '--temporary'], /--temporary/],
    ['a rate over the quota', good, ['--generate', '--rate', '31'], /--quota/],
    ['an empty file', '', ['--generate'], /empty/],
    ['no such column', good, ['--generate', '--column', 'login'], /login/],
    ['no username column', 'a,b\n1,2\n', ['--generate'], /--column/],
    ['a queue nobody knows', good, ['--generate', '--queue', 'amqp://x'], /redis:\/\//],
    ['an unknown option', good, ['--generate', '--rat', '3'], /--rate/],
  ])('%s', async (_, csv, flags, says) => {
    const { code, stderr, stdout } = await run(csv, ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(existsSync(runDir())).toBe(false);
    expect((await standIn.calls()).filter(({ operation }) => operation === 'AdminSetUserPassword')).toEqual(
      [],
    );
  });

  it('an endpoint without TLS and without --allow-http', async () => {
    await writeFile(join(work, 'users.csv'), good);
    const args = [
      'run',
      'users.csv',
      '--pool-id',
      POOL,
      '--yes',
      '--generate',
      '--endpoint-url',
      standIn.url,
    ];
    const { code, stderr } = await runProgram(args, options());
    expect(code).toBe(2);
    expect(stderr).toContain('--allow-http');
    expect(await standIn.size()).toBe(0);
  });

  it('no terminal and no --yes', async () => {
    await writeFile(join(work, 'users.csv'), good);
    const args = ['run', 'users.csv', '--pool-id', POOL, '--generate', '--run-dir', runDir(), ...service()];
    const { code, stderr } = await runProgram(args, options());
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect(existsSync(runDir())).toBe(false);
  });
});

it('shares a run with a worker in another process, each user called once', async () => {
  const names = Array.from({ length: 600 }, (_, i) => `user-${i + 1}`);
  await writeFile(join(work, 'users.csv'), `username\n${names.join('\n')}\n`);
  const queue = ['--queue', inject('redisUrl')];
  const args = [
    'run',
    'users.csv',
    '--pool-id',
    POOL,
    '--yes',
    '--quiet',
    '--generate',
    '--run-dir',
    runDir(),
  ];
  const program = await startProgram(
    [...args, ...service(), ...queue, '--quota', '200', '--rate', '100'],
    options(),
  );
  await expect.poll(() => standIn.size(), { timeout: 30_000 }).toBeGreaterThan(5);
  const worker = await startProgram(['worker', '--run', runDir(), ...queue, ...service()], options());
  expect((await program.result).code).toBe(0);
  expect((await worker.result).code).toBe(0);
  expect(worker.stderr).toContain('taking part');
  const applied = Object.values(await standIn.appliedCounts());
  expect(applied.length).toBe(600);
  expect(applied.every((times) => times === 1)).toBe(true);
});

it('prints help that fits 80 columns', () => {
  for (const command of [[], ['plan'], ['run'], ['resume'], ['worker']]) {
    const { stdout } = spawnSync(process.execPath, [CLI, ...command, '--help'], { encoding: 'utf8' });
    const usage = stdout.slice(0, stdout.search(/^Examples?:|^Start with:/m));
    expect(usage).toContain('Options:');
    expect(usage.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
});
