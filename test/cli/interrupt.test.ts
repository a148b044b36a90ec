import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { poolWithHistory } from '../support/stand-in/pool-with-history.js';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Interr';
const ROWS = 300;

const scene = useScene({ pools: [poolWithHistory(POOL, ROWS)], users: users(ROWS) });

const start = (...more: string[]) =>
  scene.start(scene.runOn(POOL, '--quiet', '--generate', '--quota', '1000', '--rate', '300', ...more));

const onRedis = () => ['--queue', inject('redisUrl')];

describe.each([
  { queue: 'embedded', flags: (): string[] => [], signal: 'SIGINT' },
  { queue: 'Redis', flags: onRedis, signal: 'SIGTERM' },
] as const)('with the queue on $queue', ({ flags, signal }) => {
  test(`one ${signal} lets the calls in flight finish, exits 130 and says how to go on; resume calls nobody twice`, async () => {
    await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 150 } }]);
    const program = await start(...flags());
    await scene.calledAtLeast(40);
    program.kill(signal);
    const result = await program.result;
    expect(result).toMatchObject({ code: 130, signal: null, stdout: '' });
    expect(result.stderr).toContain(`cognito-bulk-reset resume ${scene.workplace.runDir}`);
    const before = scene.workplace.report();
    expect(before.length).toBeLessThan(ROWS);
    expect(before.every(({ status }) => status === 'succeeded')).toBe(true);

    await scene.standIn.setFaults([]);
    const resumed = await scene.run(['resume', scene.workplace.runDir, '--json']);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ status: 'finished', rows: ROWS });
    expect(scene.workplace.report().slice(0, before.length)).toEqual(before);
    const calls = await scene.standIn.calls({ operation: 'AdminSetUserPassword' });
    const byUser = Map.groupBy(calls, ({ username }) => username);
    expect(byUser.size).toBe(ROWS);
    // What the first process wrote of itself tells why, should there be any.
    const twice = [...byUser.values()].filter(({ length }) => length > 1);
    expect(twice, await readFile(join(scene.workplace.runDir, 'run.log'), 'utf8')).toEqual([]);
  });

  test('a second SIGINT leaves at once, and what it left as unknown is succeeded after resume', async () => {
    await scene.standIn.setFaults([
      { action: { kind: 'latency', ms: 20 } },
      { everyNth: 25, action: { kind: 'hang-after-apply' } },
    ]);
    const program = await start(...flags());
    await expect
      .poll(async () => (await scene.standIn.answers())['hang-after-apply'] ?? 0, {
        timeout: 60_000,
        interval: 20,
      })
      .toBeGreaterThan(0);
    program.kill('SIGINT');
    await program.waitForStderr(/Press Ctrl-C again/);
    const asked = performance.now();
    program.kill('SIGINT');
    expect(await program.result).toMatchObject({ code: 130, signal: null });
    // The calls that hang would hold it up for ten seconds and more.
    expect(performance.now() - asked).toBeLessThan(5_000);

    await scene.standIn.setFaults([]);
    const resumed = await scene.run(['resume', scene.workplace.runDir, '--quiet']);
    expect(resumed).toMatchObject({ code: 0 });
    expect(scene.workplace.report().map(({ username, status }) => [username, status])).toEqual(
      users(ROWS).map((username) => [username, 'succeeded']),
    );
    const counts = Object.values(await scene.standIn.appliedCounts());
    expect(counts).toHaveLength(ROWS);
    expect(counts.every((count) => count === 1)).toBe(true);
  });
});

test('a terminal that is closed ends the run between users, and nobody is called twice by its resume', async () => {
  await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 150 } }]);
  const args = scene.runOn(POOL, '--generate', '--quota', '1000', '--rate', '60', ...onRedis());
  const terminal = await scene.start(args, { terminal: true });
  await scene.calledAtLeast(20);
  // The system tells those who were at it.
  terminal.kill('SIGKILL');
  await terminal.result;
  const status = async () =>
    JSON.parse((await scene.run(['status', scene.workplace.runDir, '--json'])).stdout);
  await expect.poll(async () => (await status()).state).toBe('interrupted');
  await scene.standIn.setFaults([]);
  expect((await scene.run(['resume', scene.workplace.runDir, '--quiet', '--plain'])).code).toBe(0);
  const calls = await scene.standIn.calls({ operation: 'AdminSetUserPassword' });
  expect(calls).toHaveLength(ROWS);
});

test('a run without a terminal goes on after SIGHUP, as it was started to outlive one', async () => {
  const program = await start(...onRedis());
  await scene.calledAtLeast(20);
  program.kill('SIGHUP');
  program.kill('SIGHUP');
  expect(await program.result).toMatchObject({ code: 0, signal: null });
  expect(scene.workplace.report()).toHaveLength(ROWS);
});
