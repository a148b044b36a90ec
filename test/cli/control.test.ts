import { describe, expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Control1';
const ROWS = 200;

const scene = useScene({
  pools: [{ id: POOL, name: 'customers', generated: { pattern: 'user-%d', count: ROWS } }],
  users: users(ROWS),
});

const start = (...more: string[]) => scene.start(scene.runOn(POOL, '--generate', ...more));
const command = (...args: string[]) => scene.run(args);
const status = async () => JSON.parse((await command('status', scene.workplace.runDir, '--json')).stdout);

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: () => ['--queue', inject('redisUrl')] },
])('with the queue on $queue', ({ flags }) => {
  test('a live run can be paused, shown, made faster and let go on from another terminal', async () => {
    const run = await start('--quota', '500', '--rate', '10', '--json', ...flags());
    await scene.calledAtLeast(5);

    const paused = await command('pause', scene.workplace.runDir);
    expect(paused).toMatchObject({ code: 0, stdout: '' });
    expect(paused.stderr).toMatch(/^Paused after [\d,]+ rows/);
    expect(await status()).toMatchObject({
      state: 'paused',
      waiting: 'paused',
      rowsAreExact: true,
      rows: ROWS,
    });
    // Only what was under way when it was paused gets its line yet.
    await expect
      .poll(async () => (await status()).done === (await scene.standIn.size()) - 1, { timeout: 60_000 })
      .toBe(true);
    const calls = await scene.standIn.size();

    expect(await command('set-rate', scene.workplace.runDir, '400')).toMatchObject({
      code: 0,
      stderr: 'The rate is 400 calls a second now.\n',
    });
    expect(await status()).toMatchObject({ state: 'paused', limit: 400 });
    expect(await scene.standIn.size()).toBe(calls);

    const goesOn = await command('resume', scene.workplace.runDir);
    expect(goesOn).toMatchObject({ code: 0, stdout: '' });
    expect(goesOn.stderr).toContain(`goes on in process ${run.pid} on`);
    const result = await run.result;
    expect(result.code).toBe(0);
    // What is left of the pause when it is over is nobody's silence.
    expect(result.stderr).not.toMatch(/nobody answers|slow down/);
    expect(JSON.parse(result.stdout)).toMatchObject({ rows: ROWS, byStatus: { succeeded: ROWS } });
    expect(scene.workplace.has('live.json')).toBe(false);
    expect(scene.workplace.has('control.json')).toBe(false);
  });
});

test('status tells a finished run from a killed one and says what to do next; pause and set-rate refuse both', async () => {
  // Slow enough to be seen while it goes on after the resume.
  const run = await start('--quota', '500', '--rate', '30');
  await scene.calledAtLeast(20);
  run.kill('SIGKILL');
  await run.result;
  const killed = await command('status', scene.workplace.runDir);
  expect(killed.code).toBe(0);
  expect(killed.stdout).toContain('killed, or its host went down');
  expect(killed.stdout).toContain(`cognito-bulk-reset resume ${scene.workplace.runDir}`);
  expect(killed.stdout).toContain('customers (eu-west-1_Control1)');
  for (const args of [
    ['pause', scene.workplace.runDir],
    ['set-rate', scene.workplace.runDir, '5'],
  ]) {
    const refused = await command(...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('not under way');
  }

  const resumed = await scene.start(['resume', scene.workplace.runDir, '--quiet']);
  await expect.poll(async () => (await status()).state).toBe('running');
  const watched = await command('status', scene.workplace.runDir, '--watch');
  await resumed.result;
  expect(watched.stdout).toMatch(/running in process \d+/);
  const finished = await command('status', scene.workplace.runDir, '--json');
  expect(JSON.parse(finished.stdout)).toMatchObject({ state: 'finished', rows: ROWS });
  expect((await command('pause', scene.workplace.runDir)).stderr).toContain('has finished');
});

test('status says how a run that is to be resumed has ended, and why; what it was throttled is not forgotten', async () => {
  await scene.standIn.setFaults([
    { username: 'user-3', action: { kind: 'error', name: 'TooManyRequestsException' }, times: 1 },
  ]);
  const run = await start('--rate', '30', '--queue', inject('redisUrl'));
  await expect
    .poll(() => (scene.workplace.has('report.csv') ? scene.workplace.report().length : 0))
    .toBeGreaterThan(10);
  run.kill('SIGINT');
  await run.result;
  expect(await status()).toMatchObject({ state: 'interrupted', done: scene.workplace.report().length });
  expect((await command('status', scene.workplace.runDir)).stdout).toMatch(/State +interrupted at \d/);

  await scene.standIn.setFaults([{ action: { kind: 'error', name: 'ExpiredTokenException' } }]);
  expect((await command('resume', scene.workplace.runDir)).code).toBe(3);
  expect(await status()).toMatchObject({ state: 'stopped', reason: { error: 'ExpiredTokenException' } });
  expect((await command('status', scene.workplace.runDir)).stdout).toMatch(
    /State +stopped at \d.*\n +Reason +ExpiredTokenException: /,
  );

  await scene.standIn.setFaults([]);
  const finished = await command('resume', scene.workplace.runDir, '--json');
  expect(JSON.parse(finished.stdout)).toMatchObject({ throttles: 1, byStatus: { succeeded: ROWS } });
});

test('what is shown of a run goes on while one row waits for its answer', async () => {
  await scene.standIn.setFaults([{ username: 'user-2', action: { kind: 'latency', ms: 20_000 } }]);
  const run = await start('--quota', '500', '--rate', '200', '--queue', inject('redisUrl'));
  await expect.poll(async () => (await status()).done, { timeout: 60_000 }).toBe(ROWS - 1);
  expect(scene.workplace.report()).toHaveLength(1);
  run.kill('SIGKILL');
  await run.result;
});

test('--progress json writes nothing but events to stderr, the last of which says how the run ended', async () => {
  const { stderr, code } = await (
    await start('--quota', '500', '--rate', '100', '--progress', 'json')
  ).result;
  expect(code).toBe(0);
  const events: { event: string }[] = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[0]).toMatchObject({ event: 'plan' });
  expect(events.filter(({ event }) => event === 'progress').at(-1)).toMatchObject({ rows: ROWS, limit: 100 });
  expect(events.at(-1)).toMatchObject({ event: 'ended', status: 'finished', rows: ROWS });
});

test('set-rate refuses more than the quota that the run was given', async () => {
  const run = await start('--quota', '40', '--rate', '30');
  await scene.calledAtLeast(5);
  const refused = await command('set-rate', scene.workplace.runDir, '41');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /over the run's quota, 40, which is fixed when a run begins: the most is max/,
  );
  run.kill('SIGKILL');
  await run.result;
});

test('a rate that is raised is used: as many users are in hand at once as it needs', async () => {
  await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 1_000 } }]);
  const run = await start('--quota', '80', '--rate', '2', '--queue', inject('redisUrl'));
  await scene.calledAtLeast(2);
  expect((await command('set-rate', scene.workplace.runDir, '80')).code).toBe(0);
  await expect.poll(() => scene.standIn.maxInFlight(), { timeout: 60_000 }).toBeGreaterThan(40);
  run.kill('SIGKILL');
  await run.result;
});
