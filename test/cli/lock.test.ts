import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type RunningProgram, runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, runOn, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Locks1';
const ROWS = 200;

let standIn: SpawnedStandIn;
let workplace: Workplace;
let run: RunningProgram;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(ROWS)));
  await standIn.clear();
  run = await startProgram(
    [
      ...runOn(POOL, standIn.url),
      '--generate',
      ...['--quota', '1000', '--rate', '50', '--queue', inject('redisUrl'), '--run-dir', workplace.runDir],
    ],
    workplace.here,
  );
  await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(3);
});
afterEach(async () => {
  run.kill('SIGKILL');
  await run.result;
  await workplace.remove();
});

const resume = (...more: string[]) => runProgram(['resume', workplace.runDir, ...more], workplace.here);

test('a second run or resume on the same directory is refused with the first one’s pid and host, also with --take-over', async () => {
  const holder = new RegExp(`under way in process ${run.pid} on ${hostname()} `);
  // On a busy machine it would have finished before the others have started.
  process.kill(run.pid, 'SIGSTOP');
  expect(await resume()).toMatchObject({ code: 2, stderr: expect.stringMatching(holder) });
  expect(await resume('--take-over')).toMatchObject({ code: 2, stderr: expect.stringMatching(holder) });
  const again = await runProgram(
    [
      'run',
      'users.csv',
      '--pool-id',
      POOL,
      '--discard',
      '--yes',
      '--run-dir',
      workplace.runDir,
      '--endpoint-url',
      standIn.url,
      '--allow-http',
    ],
    workplace.here,
  );
  expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/exists already/) });
  process.kill(run.pid, 'SIGCONT');
  expect((await run.result).code).toBe(0);
  expect(workplace.report()).toHaveLength(ROWS);
});

test('of two that resume a killed run at the same moment one goes on and the other is refused', async () => {
  run.kill('SIGKILL');
  await run.result;
  const both = await Promise.all([resume('--quiet'), resume('--quiet')]);
  expect(new Set(both.map(({ code }) => code))).toEqual(new Set([0, 2]));
  expect(both.find(({ code }) => code === 2)?.stderr).toMatch(/under way in process|finished/);
  expect(workplace.report().map(({ username }) => username)).toEqual(users(ROWS));
});

test('a run of another host needs --take-over; the process that it was taken from stops by itself and says so', async () => {
  const path = join(workplace.runDir, 'run.lock');
  const holder = JSON.parse(await readFile(path, 'utf8'));
  // On a busy machine it would have finished before the other has started.
  process.kill(run.pid, 'SIGSTOP');
  await writeFile(path, JSON.stringify({ ...holder, host: 'elsewhere' }));
  expect(await resume()).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/on elsewhere at .*if it is dead, add --take-over/),
  });
  // Taken by somebody else meanwhile, as the first process sees it.
  await writeFile(path, JSON.stringify({ ...holder, host: 'elsewhere', id: 'another' }));
  process.kill(run.pid, 'SIGCONT');
  const { code, stderr } = await run.result;
  expect(code).toBe(3);
  expect(stderr).toMatch(/process \d+ on elsewhere has taken it over/);
  expect(await resume('--take-over', '--quiet')).toMatchObject({ code: 0 });
  expect(workplace.report().map(({ username }) => username)).toEqual(users(ROWS));
});
