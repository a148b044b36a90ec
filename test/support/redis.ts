import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ended } from './ended.js';
import { redisBinary } from './redis-binary.js';

export interface RedisOptions {
  /** Keeps an append-only file, synced this often; `restart` after `kill` reads it. @default false */
  appendonly?: 'always' | 'everysec' | 'no' | false;
  /** More arguments of redis-server: `['--maxmemory', '10mb']`. */
  args?: string[];
}

/** A Redis of one's own on a private unix socket. Whoever starts it stops it. */
export interface Redis {
  /** `unix:///path/to/redis.sock`, as `--queue` takes it. */
  url: string;
  socketPath: string;
  /** Changes with `restart`. */
  readonly pid: number;
  /** Its socket, log and data; removed by `stop`. */
  dir: string;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
  /** SIGKILL; its directory stays. */
  kill(): Promise<void>;
  /** Starts it on the same directory and socket; kills it first if it still runs. */
  restart(): Promise<void>;
}

const START_LIMIT_MS = 20_000;
const RETRY_MS = 5;

/** Starts a Redis or Valkey of the PATH. Throws an error that says how to get one if there is none. */
export async function startRedis(options: RedisOptions = {}): Promise<Redis> {
  const binary = redisBinary();
  // mkdtemp makes it 0700: nobody else gets to the socket.
  const dir = await mkdtemp(join(tmpdir(), `redis-${process.pid}-`));
  const socketPath = join(dir, 'redis.sock');
  const args = argumentsOf(dir, socketPath, options);
  const removeDir = () => rm(dir, { recursive: true, force: true });
  let child = await startServer(binary, args, socketPath).catch(async (error) => {
    await removeDir();
    throw error;
  });
  // A test file that ends with process.exit would leave it behind.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended(child);
  };
  return {
    url: `unix://${socketPath}`,
    socketPath,
    dir,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    restart: async () => {
      await kill();
      await rm(socketPath, { force: true });
      child = await startServer(binary, args, socketPath);
    },
    stop: async () => {
      process.off('exit', killAtExit);
      await kill();
      await removeDir();
    },
  };
}

function argumentsOf(dir: string, socketPath: string, { appendonly, args = [] }: RedisOptions): string[] {
  const log = appendonly ? ['--appendonly', 'yes', '--appendfsync', appendonly] : ['--appendonly', 'no'];
  const place = ['--dir', dir, '--logfile', join(dir, 'redis.log')];
  const socket = ['--port', '0', '--unixsocket', socketPath, '--unixsocketperm', '700'];
  return [...socket, ...place, '--save', '', ...log, '--daemonize', 'no', ...args];
}

async function startServer(binary: string, args: string[], socketPath: string): Promise<ChildProcess> {
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk;
  });
  const failed = Promise.race([once(child, 'error'), once(child, 'exit')]).then(
    () => `${binary} ended before it answered: ${complaint}`,
    (error) => `${binary} could not be started: ${error}`,
  );
  const giveUp = new AbortController();
  const reason = await Promise.race([failed, answers(socketPath, giveUp.signal)]);
  giveUp.abort();
  if (reason === undefined) return child;
  child.kill('SIGKILL');
  throw new Error(reason);
}

/** Resolves when PING is answered with PONG (and not with LOADING), or with why it was not. */
async function answers(socketPath: string, signal: AbortSignal): Promise<string | undefined> {
  const until = performance.now() + START_LIMIT_MS;
  while (performance.now() < until && !signal.aborted) {
    if ((await ping(socketPath)).startsWith('+PONG')) return undefined;
    await delay(RETRY_MS);
  }
  return `No answer from ${socketPath} within ${START_LIMIT_MS} ms`;
}

function ping(socketPath: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString());
    });
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(''));
  });
}
