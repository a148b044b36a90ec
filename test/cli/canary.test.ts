import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { WINDOW } from '../../src/run/window.js';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Canary';
const ROWS = 60;

const scene = useScene({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });

/** The users, with nobody by this name in these rows. */
const withNobodyIn = (...rows: number[]) =>
  scene.workplace.write(
    'users.csv',
    csvOf(users(ROWS).map((name, at) => (rows.includes(at + 1) ? `nobody-${at + 1}` : name))),
  );

const runArgs = (...more: string[]) => [
  ...['run', 'users.csv', ...scene.target(POOL), '--generate'],
  ...['--quota', '1000', '--rate', '300', '--run-dir', scene.workplace.runDir, ...more],
];
const run = (...more: string[]) => scene.run(runArgs('--yes', '--json', ...more));
const resume = (...more: string[]) => scene.run(['resume', scene.workplace.runDir, '--json', ...more]);
const calls = () => scene.standIn.calls({ operation: 'AdminSetUserPassword' }).then(({ length }) => length);

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: (): string[] => ['--queue', inject('redisUrl')] },
])('without a terminal, with the queue on $queue', ({ flags }) => {
  test('a canary that is not clean stops after its rows, again on resume, until more of it may fail', async () => {
    await withNobodyIn(2, 30);
    const first = await run('--canary', '5', ...flags());
    expect(first.code).toBe(3);
    expect(JSON.parse(first.stdout)).toMatchObject({
      error: 'CanaryFailed',
      message: expect.stringMatching(
        /^1 of the first 5 tried rows failed: 1 UserNotFoundException\. .*column/,
      ),
      rows: 5,
    });
    expect(first.stderr).toMatch(/--canary-failures/);
    expect(await calls()).toBe(5);

    const second = await resume();
    expect([second.code, JSON.parse(second.stdout).error]).toEqual([3, 'CanaryFailed']);
    expect(await calls()).toBe(5);

    const third = await resume('--canary-failures', '2');
    expect(third.code).toBe(1);
    expect(third.stderr).toMatch(/1 of the first 5 tried rows failed: .* Going on\./);
    expect(JSON.parse(third.stdout)).toMatchObject({ rows: ROWS, byStatus: { failed: 2 } });
    expect(await calls()).toBe(ROWS);
  });

  test('a clean canary goes on by itself, and a later resume does not stop at it', async () => {
    await withNobodyIn(20);
    // One after the other: a failure among the last calls in flight would end a run that has finished.
    const first = await run('--canary', '10', '--max-failures', '1', '--concurrency', '1', ...flags());
    expect([first.code, JSON.parse(first.stdout).error]).toEqual([3, 'TooManyFailures']);
    expect(first.stderr).toMatch(/None of the first 10 tried rows failed\. Going on\./);
    expect(scene.workplace.json('run.json')).toMatchObject({
      canary: { rows: 10, passedAt: expect.any(String) },
    });
    const second = await resume();
    expect(second.code).toBe(1);
    expect(second.stderr).not.toMatch(/first 10 tried rows/);
    expect(await calls()).toBe(ROWS);
    const page = await readFile(join(scene.workplace.runDir, 'report.html'), 'utf8');
    expect(page).toContain('after 10 tried rows if any fails, then when 1 of the users failed');
  });
});

describe('at a terminal', () => {
  const start = (args: string[]) => scene.start(args, { terminal: true });

  test('it shows the outcomes of the first rows and asks: no stops, resume asks again, yes goes on', async () => {
    await withNobodyIn(2);
    const first = await start(runArgs('--canary', '4', '--queue', inject('redisUrl')));
    await first.waitForStdout(/Stops +after 4 tried rows if any fails.*[^]*Go on\? \[y\/N\]/);
    first.type('y\n');
    const [screen] = await first.waitForStdout(/row  username[^]*Go on with the other rows\? \[y\/N\]/);
    expect(screen).toMatch(
      /1 +user-1 +succeeded\r\n +2 +nobody-2 +failed +UserNotFoundException\r\n +3 +user-3 /,
    );
    const status = () => scene.run(['status', scene.workplace.runDir]).then(({ stdout }) => stdout);
    await expect.poll(status, { timeout: 60_000 }).toMatch(/Waiting +an answer at its terminal/);
    expect(screen).toMatch(/3 succeeded, 1 failed\r\n +1 of the first 4 tried rows failed/);
    first.type('n\n');
    const { code, stdout } = await first.result;
    expect(code).toBe(3);
    expect(stdout).toMatch(/CanaryDeclined/);
    expect(await calls()).toBe(4);

    const second = await start(['resume', scene.workplace.runDir]);
    await second.waitForStdout(/nobody-2 +failed[^]*Go on with the other rows\?/);
    second.type('y\n');
    expect((await second.result).code).toBe(1);
    expect(await calls()).toBe(ROWS);
  });

  test('Ctrl-C at the question ends as everywhere, and a clean canary is asked about too', async () => {
    await withNobodyIn();
    const program = await start(runArgs('--canary', '4', '--queue', inject('redisUrl')));
    await program.waitForStdout(/Go on\? \[y\/N\]/);
    program.type('y\n');
    await program.waitForStdout(/4 succeeded[^]*Go on with the other rows\?/);
    program.type('\u0003');
    const { code, stdout } = await program.result;
    expect(code).toBe(130);
    expect(stdout).toMatch(/Interrupted after 4 rows; nothing is lost/);
    expect(stdout).not.toMatch(/at .*\.js:\d/);
  });

  test.each([
    { keys: 'Ctrl-C', typed: '\u0003', exit: 130 },
    { keys: 'Ctrl-D', typed: '\u0004', exit: 2 },
    { keys: 'a bare Enter', typed: '\n', exit: 2 },
  ])('$keys at the first question sends nothing, leaves nothing and exits $exit', async ({ typed, exit }) => {
    await withNobodyIn();
    const program = await start(runArgs());
    await program.waitForStdout(/Go on\? \[y\/N\]/);
    program.type(typed);
    const { code, stdout } = await program.result;
    expect(code).toBe(exit);
    expect(stdout).toMatch(/Nothing was sent\./);
    expect(stdout).not.toMatch(/at .*\.js:\d/);
    expect(scene.workplace.has('')).toBe(false);
  });
});

describe('rows that are refused before any call are no canary', () => {
  const called = async () =>
    (await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).map(({ username }) => username).sort();
  const lines = () => scene.workplace.report().length;

  test('those that are protected, twice there or malformed are let through, and resume holds the same canary', async () => {
    await scene.workplace.write('protect.txt', 'user-1\nuser-3\n');
    const rows = ['user-1', 'user-2', 'user-2', 'two,fields', 'user-3', 'nobody', 'user-1', ...users(50, 4)];
    await scene.workplace.write('users.csv', csvOf(rows));
    const queue = ['--queue', inject('redisUrl')];
    const first = await run('--canary', '2', '--protect', 'protect.txt', ...queue);
    expect(JSON.parse(first.stdout)).toMatchObject({
      error: 'CanaryFailed',
      message: expect.stringMatching(/^1 of the first 2 tried rows failed: 1 UserNotFoundException/),
    });
    expect(await called()).toEqual(['nobody', 'user-2']);

    const second = await resume();
    expect(JSON.parse(second.stdout).error).toBe('CanaryFailed');
    expect(await called()).toEqual(['nobody', 'user-2']);

    expect((await resume('--canary-failures', '2')).code).toBe(1);
    expect(scene.workplace.report().filter(({ status }) => status === 'succeeded')).toHaveLength(51);
    expect(await calls()).toBe(52);
  });

  test('many more of them than the queue holds neither hold the run up nor pass for the canary', async () => {
    const again = Array.from({ length: 3 * WINDOW }, () => 'user-1');
    await scene.workplace.write('users.csv', csvOf(['user-1', ...again, 'nobody', ...users(40, 2)]));
    const { stdout } = await run('--canary', '2', '--queue', inject('redisUrl'));
    expect(JSON.parse(stdout)).toMatchObject({ error: 'CanaryFailed', rows: again.length + 2 });
    expect(await called()).toEqual(['nobody', 'user-1']);
  });

  test('a file that ends before so many were tried has nothing left to be stopped', async () => {
    await scene.workplace.write('users.csv', csvOf(['user-1', 'nobody', 'user-1', 'user-1']));
    const { code, stdout } = await run('--canary', '3', '--queue', inject('redisUrl'));
    expect([code, JSON.parse(stdout).rows]).toEqual([1, 4]);
  });

  test('a run that is killed within its canary goes on with the same one', async () => {
    await withNobodyIn(6);
    await scene.workplace.write('protect.txt', 'user-1\nuser-2\n');
    const more = ['--canary', '4', '--protect', 'protect.txt', '--queue', inject('redisUrl')];
    const killed = await scene.start(runArgs('--yes', '--rate', '2', ...more));
    await expect.poll(() => scene.workplace.has('report.csv') && lines()).toBeGreaterThanOrEqual(3);
    killed.kill('SIGKILL');
    await killed.result;
    const before = lines();
    expect(before).toBeLessThan(6);

    const { stdout } = await resume();
    expect(JSON.parse(stdout)).toMatchObject({ error: 'CanaryFailed', rows: 6 });
    expect([...new Set(await called())]).toEqual(['nobody-6', 'user-3', 'user-4', 'user-5']);
  });

  test('a person is shown who was tried, and told of the rows that were not', async () => {
    await withNobodyIn();
    await scene.workplace.write('protect.txt', 'user-1\n');
    const more = ['--canary', '1', '--protect', 'protect.txt', '--queue', inject('redisUrl')];
    const program = await scene.start(runArgs(...more), { terminal: true });
    await program.waitForStdout(/Go on\? \[y\/N\]/);
    program.type('y\n');
    const [screen] = await program.waitForStdout(/row  username[^]*Go on with the other rows\? \[y\/N\]/);
    expect(screen).toMatch(/status\r\n +2 +user-2 +succeeded\r\n/);
    expect(screen).toMatch(/1 succeeded\r\n +1 row on the way not tried, see report\.csv/);
    program.type('n\n');
    await program.result;
    expect(await called()).toEqual(['user-2']);
  });

  test('those that a worker elsewhere skips, as its host protects the users, are none either', async () => {
    await withNobodyIn(1);
    const config = join(scene.workplace.path, 'config');
    await mkdir(join(config, 'cognito-bulk-reset'), { recursive: true });
    const protect = JSON.stringify({ protect: users(25, 2) });
    await writeFile(join(config, 'cognito-bulk-reset', 'config.json'), protect);
    // The run itself stays with its first row until the worker has had some.
    await scene.standIn.setFaults([
      { operation: 'AdminSetUserPassword', action: { kind: 'latency', ms: 3_000 } },
    ]);
    const more = ['--canary', '20', '--concurrency', '1', '--queue', inject('redisUrl')];
    const program = await scene.start(runArgs('--yes', '--json', ...more));
    await expect.poll(calls).toBeGreaterThan(0);
    const service = ['--queue', inject('redisUrl'), ...scene.endpoint()];
    const env = { XDG_CONFIG_HOME: config, COGNITO_BULK_RESET_LOG_LEVEL: 'debug' };
    const worker = await scene.start(['worker', '--run', scene.workplace.runDir, ...service], { env });
    await worker.waitForStderr(/"msg":"taking part"/);
    await scene.standIn.setFaults([]);
    const { stdout } = await program.result;
    const skipped = scene.workplace.report().filter(({ error }) => error === 'UserIsProtected').length;
    expect(skipped).toBeGreaterThan(0);
    expect(JSON.parse(stdout)).toMatchObject({ error: 'CanaryFailed', rows: 20 + skipped });
    expect(await calls()).toBe(20);
  });
});

test('a canary of as many rows as the file has stops nothing, whatever failed', async () => {
  await withNobodyIn(1);
  const { code } = await run('--canary', String(ROWS), '--queue', inject('redisUrl'));
  expect(code).toBe(1);
});

test('--canary-failures without --canary is a mistake, on run and on resume', async () => {
  await withNobodyIn(1);
  const given = await run('--canary-failures', '2');
  expect(given).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--canary-failures goes with --canary/),
  });
  await run('--max-failures', '1', '--queue', inject('redisUrl'));
  const resumed = await resume('--canary-failures', '2');
  expect(resumed).toMatchObject({ code: 2, stderr: expect.stringMatching(/begun without --canary/) });
});
