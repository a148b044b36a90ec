import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { quoted } from '../../src/cli/completion/quoted.js';
import { ended } from './ended.js';

export interface ProgramOptions {
  /** On top of the clean environment; `undefined` takes a variable out of it. */
  env?: Record<string, string | undefined>;
  /** @default the temporary home */
  cwd?: string;
  /** Standard input. @default empty */
  input?: string | Uint8Array;
  /** Arguments of Node itself: `['--max-old-space-size=64']`. */
  nodeArgs?: string[];
  /** What to run. @default the built command line */
  entry?: string;
  /** A program that starts it: `['prlimit', '--fsize=4096']`. */
  wrapper?: string[];
  /** Runs it at a terminal of its own (`script`, of every Linux): what it writes there is all in `stdout`. @default false */
  terminal?: boolean;
  /** Open descriptors that it gets, as 3 and on. */
  descriptors?: number[];
}

export interface ProgramResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  pid: number;
}

/** The program while it runs. */
export interface RunningProgram {
  pid: number;
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  kill(signal: NodeJS.Signals): void;
  /** Types at its terminal: `y\n`, or `\u0003` for Ctrl-C. */
  type(keys: string): void;
  /** The first match in standard error, also in what came before. Rejects when the program ends without one. */
  waitForStderr(pattern: RegExp): Promise<RegExpExecArray>;
  waitForStdout(pattern: RegExp): Promise<RegExpExecArray>;
  /** When it has ended and all that it wrote was read. */
  result: Promise<ProgramResult>;
}

/** A user's cache that the runs of the tests share: the prepared embedded queue (initdb takes seconds), and compiled code. */
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** The built command line; `npm run build` makes it. */
export const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Runs the built program to its end. */
export async function runProgram(args: string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const program = await startProgram(args, options);
  return program.result;
}

/** What still runs, by the directory that it runs in: a test that has failed may have left it. */
const running = new Map<ChildProcess, string>();
process.once('exit', () => {
  for (const child of running.keys()) child.kill('SIGKILL');
});

/** Kills what still runs in a directory, before that is removed. */
export async function endProgramsIn(cwd: string): Promise<void> {
  const left = [...running].filter(([, at]) => at === cwd).map(([child]) => child);
  for (const child of left) child.kill('SIGKILL');
  await Promise.all(left.map(ended));
}

/** Starts the built program in a clean environment with a home of its own, which is removed at its end. */
export async function startProgram(args: string[], options: ProgramOptions = {}): Promise<RunningProgram> {
  const entry = options.entry ?? CLI;
  if (!existsSync(entry)) throw new Error(`There is no ${entry}: run "npm run build" before the tests.`);
  const home = await mkdtemp(join(tmpdir(), 'program-home-'));
  const command = [...(options.wrapper ?? []), process.execPath, ...(options.nodeArgs ?? []), entry, ...args];
  const [file = '', ...rest] = options.terminal === true ? atTerminal(command) : command;
  const cwd = options.cwd ?? home;
  // Its first three are pipes, whatever follows them.
  const child = spawn(file, rest, {
    cwd,
    env: { ...cleanEnvironment(home), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe', ...(options.descriptors ?? [])],
  }) as Child;
  running.set(child, cwd);
  child.once('close', () => running.delete(child));
  return watch(child, home, options.terminal === true ? undefined : (options.input ?? ''));
}

/** `--return` answers the program's exit code, `--flush` what it writes at once. */
function atTerminal(command: readonly string[]): string[] {
  const line = command.map(quoted).join(' ');
  return ['script', '--quiet', '--return', '--flush', '--command', line, '/dev/null'];
}

/** Nothing of the machine's own AWS configuration, proxies or Node options gets into a test. */
function cleanEnvironment(home: string): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CACHE_HOME: CACHE,
    TMPDIR: process.env.TMPDIR,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function watch(child: Child, home: string, input: string | Uint8Array | undefined): RunningProgram {
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const pid = child.pid ?? 0;
  const result = new Promise<ProgramResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      rm(home, { recursive: true, force: true }).then(
        () => resolve({ code, signal, stdout: out.text(), stderr: err.text(), pid }),
        reject,
      );
    });
  });
  // A program that does not read its input may end before all of it is written.
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  return {
    pid,
    get stdout() {
      return out.text();
    },
    get stderr() {
      return err.text();
    },
    kill: (signal) => void child.kill(signal),
    type: (keys) => void child.stdin.write(keys),
    waitForStderr: (pattern) => err.waitFor(pattern, 'standard error'),
    waitForStdout: (pattern) => out.waitFor(pattern, 'standard output'),
    result,
  };
}

function collect(stream: Readable) {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    text: () => text,
    waitFor: (pattern: RegExp, name: string): Promise<RegExpExecArray> =>
      new Promise((resolve, reject) => {
        const look = (): boolean => {
          const match = pattern.exec(text);
          if (match === null) return false;
          stream.off('data', look).off('end', giveUp);
          resolve(match);
          return true;
        };
        const giveUp = (): void =>
          reject(new Error(`The program ended and its ${name} never matched ${pattern}:\n${text}`));
        if (look()) return;
        if (stream.readableEnded) return giveUp();
        stream.on('data', look).once('end', giveUp);
      }),
  };
}
