import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workplace } from '../cli/workplace.js';
import { ed25519Key } from '../credentials/ssh-keys.js';
import { CLI } from '../support/program.js';
import { type Answer, withoutEscapes } from './page.js';

export interface Ended {
  code: number | null;
  output: string;
}

/** A command that was started. */
export interface Started {
  /** When it has asked all that the page has answers to; also when it ends without. */
  answered: Promise<void>;
  ended: Promise<Ended>;
  kill: () => void;
}

export interface Shell {
  /** Runs a command as a reader would, standard output and standard error together, and answers its questions in turn. */
  start(command: string, answers?: readonly Answer[]): Started;
}

/** How the program ends a question. */
const QUESTION = /(\[y\/N\]|to go on:) $/;

/**
 * A shell in a workplace whose environment makes the commands of the docs run there as they are written: the endpoint and
 * the credentials are the stand-in's, and `npx` finds the built program at once. Each command has a terminal of its own
 * (`script`, of every Linux), or none, and then no question is asked.
 */
export async function openShell(workplace: Workplace, endpoint: string, atTerminal: boolean): Promise<Shell> {
  const bin = join(workplace.path, 'bin');
  const ssh = join(workplace.path, '.ssh');
  await mkdir(bin);
  await mkdir(ssh);
  await writeFile(join(ssh, 'id_ed25519.pub'), `${ed25519Key(7).line}\n`);
  await writeFile(join(bin, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  await chmod(join(bin, 'npx'), 0o755);
  const env = {
    ...workplace.here.env,
    PATH: `${bin}:${process.env.PATH}`,
    HOME: workplace.path,
    SHELL: '/bin/bash',
    TERM: 'xterm-256color',
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
    COGNITO_BULK_RESET_ENDPOINT_URL: endpoint,
    COGNITO_BULK_RESET_ALLOW_HTTP: 'true',
    ...(!atTerminal && { COGNITO_BULK_RESET_YES: 'true' }),
  };
  return {
    start: (command, answers = []) => {
      const [file, ...args] = atTerminal
        ? ['script', '--quiet', '--return', '--flush', '--command', `stty cols 100; ${command}`, '/dev/null']
        : ['bash', '-c', `set -o pipefail; exec 2>&1; ${command}`];
      // Its own group, so that what it has started ends with it.
      const child = spawn(file ?? '', args, { cwd: workplace.path, env, stdio: 'pipe', detached: true });
      if (!atTerminal) child.stdin.end();
      return converse(child, answers);
    },
  };
}

function converse(child: ChildProcessWithoutNullStreams, answers: readonly Answer[]): Started {
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const left = [...answers];
  const allAnswered = Promise.withResolvers<void>();
  if (left.length === 0) allAnswered.resolve();
  let output = '';
  let read = 0;
  child.stderr.resume();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    const lately = withoutEscapes(output.slice(read));
    if (!QUESTION.test(lately)) return;
    read = output.length;
    const next = left.shift();
    if (next === undefined || !lately.endsWith(`${next.question} `)) {
      output += `\nThe page has no answer to this${next === undefined ? '' : `, but to "${next.question}"`}.\n`;
      return kill();
    }
    child.stdin.write(`${next.answer}\r`);
    if (left.length === 0) allAnswered.resolve();
  });
  const ended = once(child, 'close').then(([code]): Ended => {
    allAnswered.resolve();
    return { code: typeof code === 'number' ? code : null, output };
  });
  return { answered: allAnswered.promise, ended, kill };
}
