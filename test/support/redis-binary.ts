import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['redis-server', 'valkey-server'];
const HOW_TO_GET_ONE =
  'Install Redis or Valkey (Debian: apt-get install redis-server; macOS: brew install redis) so that redis-server or ' +
  'valkey-server is on the PATH, or set TEST_REDIS_URL to a Redis that the tests may fill.';

/** The path of a Redis or Valkey server; on Debian and as root one is installed first if there is none. */
export function redisBinary(): string {
  const found = onPath();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`No Redis to test with. ${HOW_TO_GET_ONE}`);
  }
  try {
    install();
  } catch (error) {
    throw new Error(`No Redis to test with, and apt-get could not install one. ${HOW_TO_GET_ONE}`, {
      cause: error,
    });
  }
  const installed = onPath();
  if (installed === undefined) throw new Error(`apt-get installed no redis-server. ${HOW_TO_GET_ONE}`);
  return installed;
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update'], { env, stdio: 'pipe' });
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], {
    env,
    stdio: 'pipe',
  });
  try {
    // The package may start a server of its own, which nobody here asked for.
    execFileSync('service', ['redis-server', 'stop'], { stdio: 'ignore' });
  } catch {
    // None was started.
  }
}
