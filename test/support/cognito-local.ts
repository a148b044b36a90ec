import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ended } from './ended.js';

/** A cognito-local in a process of its own. Whoever starts it stops it. */
export interface CognitoLocal {
  /** The endpoint, `http://127.0.0.1:port`. */
  url: string;
  pid: number;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

// Its standard input is a pipe that nobody writes to: it ends when this process does, even by SIGKILL.
const END_WITH_STDIN = 'data:text/javascript,process.stdin.resume().on("end",()=>process.exit())';

const ANNOUNCEMENT = /Cognito Local running on (http:\S+)/;

/** Starts cognito-local on a free port, empty. Resolves when it listens. */
export async function startCognitoLocal(): Promise<CognitoLocal> {
  const dir = await mkdtemp(join(tmpdir(), 'cognito-local-'));
  await writeConfig(dir);
  // PORT=0 makes the kernel choose; the program says which port it got when it listens.
  const child = spawn(process.execPath, ['--import', END_WITH_STDIN, startScript()], {
    cwd: dir,
    env: { PATH: process.env.PATH, HOME: dir, HOST: '127.0.0.1', PORT: '0' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended(child);
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    return { url: await announcedUrl(child), pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startScript(): string {
  return createRequire(import.meta.url).resolve('cognito-local/lib/bin/start.js');
}

/** Its default makes e-mail addresses the usernames of every pool, and CreateUserPool can't undo that. */
async function writeConfig(dir: string): Promise<void> {
  await mkdir(join(dir, '.cognito'));
  const config = { UserPoolDefaults: { UsernameAttributes: [] } };
  await writeFile(join(dir, '.cognito', 'config.json'), JSON.stringify(config));
}

async function announcedUrl(child: ChildProcess): Promise<string> {
  let output = '';
  const announced = new Promise<string>((resolve) => {
    const hear = (chunk: Buffer): void => {
      output = stripVTControlCharacters(output + chunk).slice(-10_000);
      const url = ANNOUNCEMENT.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    // It goes on to be read after that, so that the pipe never fills up.
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  });
  const gone = once(child, 'exit').then(() => {
    throw new Error(`cognito-local ended before it listened:\n${output}`);
  });
  return Promise.race([announced, gone]);
}
