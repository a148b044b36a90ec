import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
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

/** What somebody else could reach of all that is in a directory, itself included. */
async function reachable(root: string): Promise<string[]> {
  const open: string[] = [];
  for (const name of ['', ...(await readdir(root, { recursive: true }))]) {
    // The live file is made anew each second, and the embedded queue's own come and go.
    const found = await stat(join(root, name)).catch(() => undefined);
    if (found !== undefined && (found.mode & 0o077) !== 0) open.push(join(root, name));
  }
  return open;
}

test('whatever the umask, nobody else can reach anything of a run: its files, its queue with its files, its socket', async () => {
  const temporary = join(workplace.path, 'tmp');
  await mkdir(temporary, { mode: 0o700 });
  await workplace.write('users.csv', csvOf(['nobody', 'admin', ...users(ROWS)]));
  await workplace.write('list.txt', 'admin\n');
  // The cache is of its own: a queue prepared by another version must not stand for this one's.
  const { here, runDir } = workplace;
  const env = { ...here.env, TMPDIR: temporary, XDG_CACHE_HOME: join(workplace.path, 'cache') };
  const umask = process.umask(0);
  try {
    const run = await startProgram(args('--generate', '--rate', '20', '--protect', 'list.txt'), {
      ...here,
      env,
    });
    await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(10);
    expect((await readdir(runDir, { recursive: true })).length).toBeGreaterThan(100);
    expect((await readdir(temporary)).some((name) => name.startsWith('cbr-'))).toBe(true);
    for (const root of [runDir, temporary, env.XDG_CACHE_HOME]) expect(await reachable(root)).toEqual([]);
    run.kill('SIGKILL');
    await run.result;
    const resumed = await runProgram(['resume', runDir, '--quiet'], { ...here, env });
    expect(resumed.code, resumed.stderr).toBe(1);
  } finally {
    process.umask(umask);
  }
  const made = ['run.json', 'run.key', 'run.log', 'protected.json', 'failed.csv'];
  const result = ['report.csv', 'report.html', 'summary.json'];
  expect(await readdir(runDir)).toEqual(expect.arrayContaining([...made, ...result]));
  expect(await reachable(runDir)).toEqual([]);
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
