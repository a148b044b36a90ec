import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ended } from './ended.js';
import { freePort } from './free-port.js';

/** A PostgreSQL of one's own. Whoever starts it stops it. */
export interface Postgres {
  /** `postgres://…`, as `--queue` takes it. */
  url: string;
  /** Ends the server at once, as a crash does: connections end, and the next are refused. */
  crash(): Promise<void>;
  /** Starts it again where it was, with what it had. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

const HOW_TO_GET_ONE =
  'Install PostgreSQL (Debian: apt-get install postgresql) so that initdb and postgres are on the PATH.';
const START_LIMIT_MS = 30_000;

/** Starts a PostgreSQL server; on Debian and as root one is installed first if there is none. */
export async function startPostgres(): Promise<Postgres> {
  const bin = binaries();
  const dir = await mkdtemp(join(tmpdir(), 'postgres-'));
  // PostgreSQL refuses to run as root; Debian's package brings a user for it.
  const as = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
  if (as.length > 0) execFileSync('chown', ['postgres', dir]);
  await chmod(dir, 0o700);
  const run = (...words: string[]) => {
    const [command = '', ...args] = [...as, ...words];
    return { command, args };
  };
  const data = join(dir, 'data');
  const init = run(join(bin, 'initdb'), '-D', data, '-U', 'postgres', '--auth=trust', '--no-sync');
  execFileSync(init.command, init.args, { stdio: 'pipe', cwd: '/' });
  const port = await freePort();
  const settings = [
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${dir}`,
    '-c',
    'fsync=off',
  ];
  const server = run(join(bin, 'postgres'), '-D', data, '-p', String(port), ...settings);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child: ChildProcess;
  const start = async () => {
    child = spawn(server.command, server.args, { stdio: 'ignore', cwd: '/' });
    await untilItAnswers(url, child);
  };
  const crash = async () => {
    if (child.exitCode !== null) return;
    // SIGQUIT is its immediate shutdown, and runuser keeps it for itself.
    process.kill(Number.parseInt(await readFile(join(data, 'postmaster.pid'), 'utf8'), 10), 'SIGQUIT');
    await ended(child);
  };
  await start();
  return {
    url,
    crash,
    startAgain: start,
    stop: async () => {
      await crash();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function binaries(): string {
  const found = installed();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(`No PostgreSQL to test with. ${HOW_TO_GET_ONE}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update'], { env, stdio: 'pipe' });
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql'], { env, stdio: 'pipe' });
  const now = installed();
  if (now === undefined) throw new Error(`apt-get installed no PostgreSQL. ${HOW_TO_GET_ONE}`);
  return now;
}

/** Debian keeps the server's binaries off the PATH, a folder a version. */
function installed(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...globSync('/usr/lib/postgresql/*/bin')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (performance.now() > until || child.exitCode !== null)
        throw new Error('PostgreSQL did not answer', { cause: error });
      await delay(50);
    }
  }
}
