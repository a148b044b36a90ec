import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Canary';
const ROWS = 60;

let standIn: SpawnedStandIn;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  await standIn.clear();
});
afterEach(() => workplace.remove());

/** The users, with nobody by this name in these rows. */
const withNobodyIn = (...rows: number[]) =>
  workplace.write(
    'users.csv',
    csvOf(users(ROWS).map((name, at) => (rows.includes(at + 1) ? `nobody-${at + 1}` : name))),
  );

const runArgs = (...more: string[]) => [
  ...['run', 'users.csv', '--pool-id', POOL, '--endpoint-url', standIn.url, '--allow-http', '--generate'],
  ...['--quota', '1000', '--rate', '300', '--run-dir', workplace.runDir, ...more],
];
const run = (...more: string[]) => runProgram(runArgs('--yes', '--json', ...more), workplace.here);
const resume = (...more: string[]) =>
  runProgram(['resume', workplace.runDir, '--json', ...more], workplace.here);
const calls = () => standIn.calls({ operation: 'AdminSetUserPassword' }).then(({ length }) => length);

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
      message: expect.stringMatching(/^1 of the first 5 rows failed: 1 UserNotFoundException\. .*column/),
      rows: 5,
    });
    expect(first.stderr).toMatch(/--canary-failures/);
    expect(await calls()).toBe(5);

    const second = await resume();
    expect([second.code, JSON.parse(second.stdout).error]).toEqual([3, 'CanaryFailed']);
    expect(await calls()).toBe(5);

    const third = await resume('--canary-failures', '2');
    expect(third.code).toBe(1);
    expect(third.stderr).toMatch(/1 of the first 5 rows failed: .* Going on\./);
    expect(JSON.parse(third.stdout)).toMatchObject({ rows: ROWS, byStatus: { failed: 2 } });
    expect(await calls()).toBe(ROWS);
  });

  test('a clean canary goes on by itself, and a later resume does not stop at it', async () => {
    await withNobodyIn(20);
    // One after the other: a failure among the last calls in flight would end a run that has finished.
    const first = await run('--canary', '10', '--max-failures', '1', '--concurrency', '1', ...flags());
    expect([first.code, JSON.parse(first.stdout).error]).toEqual([3, 'TooManyFailures']);
    expect(first.stderr).toMatch(/None of the first 10 rows failed\. Going on\./);
    expect(workplace.json('run.json')).toMatchObject({ canary: { rows: 10, passedAt: expect.any(String) } });
    const second = await resume();
    expect(second.code).toBe(1);
    expect(second.stderr).not.toMatch(/first 10 rows/);
    expect(await calls()).toBe(ROWS);
  });
});

describe('at a terminal', () => {
  const start = (args: string[]) => startProgram(args, { ...workplace.here, terminal: true });

  test('it shows the outcomes of the first rows and asks: no stops, resume asks again, yes goes on', async () => {
    await withNobodyIn(2);
    const first = await start(runArgs('--canary', '4', '--queue', inject('redisUrl')));
    await first.waitForStdout(/Stops +after the first 4 rows if any fails.*[^]*Go on\? \[y\/N\]/);
    first.type('y\n');
    const [screen] = await first.waitForStdout(/row  username[^]*Go on with the other rows\? \[y\/N\]/);
    expect(screen).toMatch(
      /1 +user-1 +succeeded\r\n +2 +nobody-2 +failed +UserNotFoundException\r\n +3 +user-3 /,
    );
    const status = () =>
      runProgram(['status', workplace.runDir], workplace.here).then(({ stdout }) => stdout);
    await expect.poll(status, { timeout: 60_000 }).toMatch(/Waiting +an answer at its terminal/);
    expect(screen).toMatch(/3 succeeded, 1 failed\r\n +1 of the first 4 rows failed/);
    first.type('n\n');
    const { code, stdout } = await first.result;
    expect(code).toBe(3);
    expect(stdout).toMatch(/CanaryDeclined/);
    expect(await calls()).toBe(4);

    const second = await start(['resume', workplace.runDir]);
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
    expect(workplace.has('')).toBe(false);
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
