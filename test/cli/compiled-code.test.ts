import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../support/program.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const keptIn = (directory: string) => readdir(directory, { recursive: true }).catch(() => []);

test('compiled code is kept for the next start in the user’s cache, and only where nobody else can write', async () => {
  const [own, open] = [join(home, 'own'), join(home, 'open')];
  const shared = join(open, 'cognito-bulk-reset/compiled');
  await mkdir(shared, { recursive: true });
  await chmod(shared, 0o777);
  for (const XDG_CACHE_HOME of [own, open])
    await runProgram(['status', 'no-such-run'], { env: { XDG_CACHE_HOME } });
  expect(await keptIn(join(own, 'cognito-bulk-reset/compiled'))).not.toEqual([]);
  expect(await keptIn(shared)).toEqual([]);
});

test('a home that is no directory costs nothing but the time', async () => {
  const { code, stderr } = await runProgram(['status', 'no-such-run'], {
    env: { XDG_CACHE_HOME: '/dev/null' },
  });
  expect(code).toBe(2);
  expect(stderr).not.toContain('ENOTDIR');
});
