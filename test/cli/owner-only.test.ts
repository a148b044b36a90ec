import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_OwnerOnly';
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

const args = (...more: string[]) =>
  [
    [
      'run',
      'users.csv',
      '--pool-id',
      POOL,
      '--endpoint-url',
      standIn.url,
      '--allow-http',
      '--yes',
      '--quiet',
    ],
    ['--quota', '500', '--run-dir', workplace.runDir, ...more],
  ].flat();

test('nobody else can reach a file of a live run: directories are 0700, files 0600 but those that PGlite makes inside one', async () => {
  await workplace.write('users.csv', csvOf(users(ROWS)));
  const run = await startProgram(args('--generate', '--rate', '20'), workplace.here);
  await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(10);
  run.kill('SIGKILL');
  await run.result;
  const entries = await readdir(workplace.runDir, { recursive: true });
  expect(entries.length).toBeGreaterThan(100);
  const open: string[] = [];
  for (const entry of entries) {
    const found = await stat(join(workplace.runDir, entry));
    const isPgliteFile = entry.startsWith('queue/') && found.isFile();
    if ((found.mode & 0o077) !== 0 && !isPgliteFile) open.push(entry);
  }
  expect(open).toEqual([]);
});

test('a file of passwords that others can read is warned of, and one of its owner’s only is not', async () => {
  await workplace.write('users.csv', 'username,password\nuser-1,Long-enough-1\n');
  const file = join(workplace.path, 'users.csv');
  await chmod(file, 0o644);
  const open = await runProgram(args('--password-column', 'password'), workplace.here);
  expect(open).toMatchObject({ code: 0 });
  expect(open.stderr).toMatch(
    /warning: other users of this host can read the passwords in users\.csv: chmod 600/,
  );
  await chmod(file, 0o600);
  const closed = await runProgram(
    args('--password-column', 'password', '--run-dir', 'other'),
    workplace.here,
  );
  expect(closed).toMatchObject({ code: 0 });
  expect(closed.stderr).not.toMatch(/warning/);
});
