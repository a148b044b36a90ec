import { mkdir, readdir, readFile, rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Locked1';

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 10 } }],
  users: users(10),
});
beforeEach(async () => {
  await scene.standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
  const stopped = await scene.run(scene.runOn(POOL, '--generate', '--queue', inject('redisUrl'), '--quiet'));
  expect(stopped.code).toBe(3);
  await scene.standIn.setFaults([]);
});

const at = (name: string) => join(scene.workplace.runDir, name);

/** Runs a command, which finds run.json changed by another process just before it gets the lock. */
async function whileChanged(...args: string[]) {
  // What a dead process left: a lock, which only one process at a time may take away.
  await writeFile(at('run.lock'), '');
  await mkdir(at('run.lock.guard'));
  const program = await scene.start(args);
  const waits = async () => {
    // An old one is taken for a dead process's, and the program may be slow to start.
    await utimes(at('run.lock.guard'), new Date(), new Date());
    return (await readdir(scene.workplace.runDir)).some((name) => /^run\.lock\.[^g]/.test(name));
  };
  await expect.poll(waits, { interval: 10 }).toBe(true);
  const record = await readFile(at('run.json'), 'utf8');
  await writeFile(at('run.json'), record.replace(/"name": "[^"]*"/, '"name": "renamed-meanwhile"'));
  await rmdir(at('run.lock.guard'));
  return program.result;
}

test('resume goes on with what run.json says once it has the lock', async () => {
  const { code, stderr } = await whileChanged('resume', scene.workplace.runDir, '--plain');
  expect(code).toBe(0);
  expect(stderr).toContain('in pool renamed-meanwhile');
});

test('cancel ends the run with what run.json says once it has the lock', async () => {
  expect((await whileChanged('cancel', scene.workplace.runDir)).code).toBe(0);
  expect(await readFile(at('report.html'), 'utf8')).toContain('renamed-meanwhile');
});
