import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { CLI, runProgram } from '../support/program.js';
import { startStandIn } from '../support/stand-in/stand-in.js';
import { csvOf, runOn, users } from './workplace.js';

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
  for (const XDG_CACHE_HOME of [own, open]) await runProgram(['--version'], { env: { XDG_CACHE_HOME } });
  // All but the file that turns it on, and what that imports.
  expect((await keptIn(join(own, 'cognito-bulk-reset/compiled'))).length).toBeGreaterThan(100);
  expect(await keptIn(shared)).toEqual([]);
});

test.each(['', 'cache'])(
  'nothing is kept where it is started when XDG_CACHE_HOME is %j',
  async (XDG_CACHE_HOME) => {
    await runProgram(['--version'], { cwd: home, env: { XDG_CACHE_HOME } });
    expect(await keptIn(home)).toEqual([]);
  },
);

test('a home that is no directory costs nothing but the time', async () => {
  const { code, stderr } = await runProgram(['status', 'no-such-run'], {
    env: { XDG_CACHE_HOME: '/dev/null' },
  });
  expect(code).toBe(2);
  expect(stderr).not.toContain('ENOTDIR');
});

/** An older Node that this machine may have beside the one of the tests. */
const OTHER_NODE = '/usr/bin/node';
const otherVersion = spawnSync(OTHER_NODE, ['--version'], { encoding: 'utf8' }).stdout ?? '';
const isOld = /^v(1[89]|20|21)\./.test(otherVersion);

test.skipIf(!isOld)(
  `a Node that is too old is told so in one line, with the one that is needed (exit 2)${isOld ? '' : ' (skipped: there is no old Node here)'}`,
  () => {
    const { status, stdout, stderr } = spawnSync(OTHER_NODE, [CLI, '--version'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(stderr).toBe(
      `cognito-bulk-reset: this is Node ${otherVersion.trim().slice(1)}, and Node ${engines.node.slice(2)} or newer is needed: install it, or put it first on PATH.\n`,
    );
  },
);

/** Says at the end which of Node's own modules the program has loaded. */
const SAYING =
  'data:text/javascript,process.on("exit",()=>process.getBuiltinModule("node:fs").writeSync(2,process.moduleLoadList.join("\\n")))';

test.each(['embedded', 'redis'] as const)(
  'a run on %s loads no HTTP client that it does not use',
  async (kind) => {
    const pool = 'eu-west-1_Startup';
    const standIn = await startStandIn({
      pools: [{ id: pool, users: users(2) }],
    });
    try {
      await writeFile(join(home, 'users.csv'), csvOf(users(2)));
      const queue = kind === 'redis' ? ['--queue', inject('redisUrl')] : [];
      const { code, stderr } = await runProgram([...runOn(pool, standIn.url), '--generate', ...queue], {
        cwd: home,
        nodeArgs: ['--import', SAYING],
      });
      expect(code).toBe(0);
      expect(stderr).toContain('NativeModule http\n');
      // What `fetch` is made of, 14 MB and 80 ms: `import 'node:http'` loads it, `require` does not (Node 24).
      expect(stderr).not.toContain('undici');
    } finally {
      await standIn.close();
    }
  },
);
