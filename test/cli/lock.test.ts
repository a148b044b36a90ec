import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, inject, test } from 'vitest';
import type { RunningProgram } from '../support/program.js';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Locks1';
const ROWS = 200;

let run: RunningProgram;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }],
  users: users(ROWS),
});
beforeEach(async () => {
  const slow = ['--quota', '1000', '--rate', '50', '--queue', inject('redisUrl')];
  run = await scene.start(scene.runOn(POOL, '--generate', ...slow));
  await scene.calledAtLeast(3);
});

const resume = (...more: string[]) => scene.run(['resume', scene.workplace.runDir, ...more]);

test('a second run or resume on the same directory is refused with the first one’s pid and host, also with --take-over', async () => {
  const holder = new RegExp(`under way in process ${run.pid} on ${hostname()} `);
  // On a busy machine it would have finished before the others have started.
  process.kill(run.pid, 'SIGSTOP');
  expect(await resume()).toMatchObject({ code: 2, stderr: expect.stringMatching(holder) });
  expect(await resume('--take-over')).toMatchObject({ code: 2, stderr: expect.stringMatching(holder) });
  const again = await scene.run(scene.runOn(POOL, '--discard'));
  expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/exists already/) });
  process.kill(run.pid, 'SIGCONT');
  expect((await run.result).code).toBe(0);
  expect(scene.workplace.report()).toHaveLength(ROWS);
});

test('of two that resume a killed run at the same moment one goes on and the other is refused', async () => {
  run.kill('SIGKILL');
  await run.result;
  const both = await Promise.all([resume('--quiet'), resume('--quiet')]);
  expect(new Set(both.map(({ code }) => code))).toEqual(new Set([0, 2]));
  expect(both.find(({ code }) => code === 2)?.stderr).toMatch(/under way in process|finished/);
  expect(scene.workplace.report().map(({ username }) => username)).toEqual(users(ROWS));
});

test('a run of another host needs --take-over; the process that it was taken from stops by itself and says so', async () => {
  const path = join(scene.workplace.runDir, 'run.lock');
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
  expect(scene.workplace.report().map(({ username }) => username)).toEqual(users(ROWS));
});
