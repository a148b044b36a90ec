import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ReportWriteError } from '../../src/report/report-write-error.js';
import { lockRun, runningProcess } from '../../src/run/lock.js';
import { processStart } from '../../src/run/process-start.js';
import { UsageError } from '../../src/usage-error.js';
import { ended } from '../support/ended.js';
import { temporaryDirectory } from '../report/temporary-directory.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = temporaryDirectory();
  path = join(directory, 'run.lock');
});

const here = { takeOver: false };
const since = '2026-11-23T20:15:00.000Z';
/** A process that has ended. */
const dead = () => spawnSync('true').pid;
const lockOf = (holder: object) => writeFile(path, JSON.stringify({ host: hostname(), since, ...holder }));

test('a lock is refused with pid and host while its process lives, also to the same process, and free when it is released', async () => {
  const lock = await lockRun(path, here);
  await expect(lockRun(path, here)).rejects.toThrow(
    new RegExp(`under way in process ${process.pid} on ${hostname()} since `),
  );
  await expect(lockRun(path, { takeOver: true })).rejects.toThrow(UsageError);
  expect(await lock.takenOverBy()).toBeUndefined();
  await lock.release();
  await (await lockRun(path, here)).release();
  expect(await readdir(directory)).toEqual([]);
});

test('a lock of a dead process of this host is taken over', async () => {
  await lockOf({ pid: dead() });
  expect(await runningProcess(path)).toBeUndefined();
  const lock = await lockRun(path, here);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
  await lock.release();
});

test('a lock of another host is taken over only when that is asked for', async () => {
  await lockOf({ pid: dead(), host: 'elsewhere' });
  await expect(lockRun(path, here)).rejects.toThrow(/on elsewhere at 2026-.*add --take-over/);
  expect(await runningProcess(path)).toMatchObject({ host: 'elsewhere' });
  await (await lockRun(path, { takeOver: true })).release();
});

test('whoever was taken over knows it, and does not release what is another’s', async () => {
  const first = await lockRun(path, here);
  const holder = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...holder, host: 'elsewhere' }));
  const second = await lockRun(path, { takeOver: true });
  expect(await first.takenOverBy()).toMatchObject({ pid: process.pid });
  await first.release();
  expect(await second.takenOverBy()).toBeUndefined();
  await second.release();
  expect(await readdir(directory)).toEqual([]);
});

describe.runIf(process.platform === 'linux')('a pid that is another program’s by now', () => {
  test('does not hold the lock', async () => {
    const other = spawn('sleep', ['60']);
    const pid = other.pid ?? 0;
    await lockOf({ pid, started: await processStart(pid) });
    await expect(lockRun(path, here)).rejects.toThrow(UsageError);
    await lockOf({ pid, started: `${await processStart(pid)}0` });
    await (await lockRun(path, here)).release();
    other.kill();
    await ended(other);
  });

  test('is told from this very process, which may have the pid of the one that died (in a container)', async () => {
    await lockOf({ pid: process.pid, started: 'before the restart' });
    await (await lockRun(path, here)).release();
  });

  test('a process that was killed and not waited for is dead', async () => {
    // The shell never asks for its child.
    const parent = spawn('bash', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = Number(String(await new Promise((resolve) => parent.stdout.once('data', resolve))));
    await expect.poll(() => processStart(pid)).toBe('ended');
    await lockOf({ pid, started: 'then' });
    await (await lockRun(path, here)).release();
    parent.kill();
    await ended(parent);
  });
});

test('of many who come at the same moment one gets a dead lock, again and again', async () => {
  const pid = dead();
  for (let round = 0; round < 8; round += 1) {
    await lockOf({ pid });
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => lockRun(path, here)));
    const winners = all.filter(({ status }) => status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const result of all) if (result.status === 'fulfilled') await result.value.release();
  }
  expect(await readdir(directory)).toEqual([]);
});

test('what a process left that died while it took a lock over holds nobody up', async () => {
  await mkdir(`${path}.guard`);
  await utimes(`${path}.guard`, new Date(0), new Date(0));
  await lockOf({ pid: dead() });
  await (await lockRun(path, here)).release();
  expect(await readdir(directory)).toEqual([]);
});

test('a guard that a process left before the clock was set back is not waited for', async () => {
  await mkdir(`${path}.guard`);
  const ahead = new Date(Date.now() + 3_600_000);
  await utimes(`${path}.guard`, ahead, ahead);
  await lockOf({ pid: dead() });
  await (await lockRun(path, here)).release();
  expect(await readdir(directory)).toEqual([]);
});

test('a directory that can’t be written is no mistake of the person', async () => {
  await expect(lockRun(join(directory, 'missing', 'run.lock'), here)).rejects.toThrow(ReportWriteError);
});
