import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_OwnerOnly';
const ROWS = 60;

const scene = useScene({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });

const args = (...more: string[]) => scene.runOn(POOL, '--quiet', '--quota', '500', ...more);

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
  const temporary = join(scene.workplace.path, 'tmp');
  await mkdir(temporary, { mode: 0o700 });
  await scene.workplace.write('users.csv', csvOf(['nobody', 'admin', ...users(ROWS)]));
  await scene.workplace.write('list.txt', 'admin\n');
  // The cache is of its own: a queue prepared by another version must not stand for this one's.
  const { runDir } = scene.workplace;
  const env = { TMPDIR: temporary, XDG_CACHE_HOME: join(scene.workplace.path, 'cache') };
  const umask = process.umask(0);
  try {
    const run = await scene.start(args('--generate', '--rate', '20', '--protect', 'list.txt'), { env });
    await scene.calledAtLeast(10);
    expect((await readdir(runDir, { recursive: true })).length).toBeGreaterThan(100);
    expect((await readdir(temporary)).some((name) => name.startsWith('cbr-'))).toBe(true);
    for (const root of [runDir, temporary, env.XDG_CACHE_HOME]) expect(await reachable(root)).toEqual([]);
    run.kill('SIGKILL');
    await run.result;
    const resumed = await scene.run(['resume', runDir, '--quiet'], { env });
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
  await scene.workplace.write('users.csv', 'username,password\nuser-1,Long-enough-1\n');
  const file = join(scene.workplace.path, 'users.csv');
  await chmod(file, 0o644);
  const open = await scene.run(args('--password-column', 'password'));
  expect(open).toMatchObject({ code: 0 });
  expect(open.stderr).toMatch(
    /warning: other users of this host can read the passwords in users\.csv: chmod 600/,
  );
  await chmod(file, 0o600);
  const closed = await scene.run(args('--password-column', 'password', '--run-dir', 'other'));
  expect(closed).toMatchObject({ code: 0 });
  expect(closed.stderr).not.toMatch(/warning/);
});
