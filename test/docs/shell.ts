import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CLI } from '../support/program.js';
import { ed25519Key } from '../credentials/ssh-keys.js';
import type { Workplace } from '../cli/workplace.js';

export interface Ended {
  code: number | null;
  output: string;
}

export interface Shell {
  /** Runs a command as a reader would; standard output and standard error together. */
  start(command: string): { ended: Promise<Ended>; kill: () => void };
}

/**
 * A shell in a workplace whose environment makes the commands of the docs run there as they are written: the endpoint and
 * the credentials are the stand-in's, no question is asked (there is no terminal), and `npx` finds the built program at once.
 */
export async function openShell(workplace: Workplace, endpoint: string): Promise<Shell> {
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
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
    COGNITO_BULK_RESET_ENDPOINT_URL: endpoint,
    COGNITO_BULK_RESET_ALLOW_HTTP: 'true',
    COGNITO_BULK_RESET_YES: 'true',
  };
  return {
    start: (command) => {
      const child = spawn('bash', ['-c', `set -o pipefail; exec 2>&1; ${command}`], {
        cwd: workplace.path,
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
        // Its own group, so that what it has started ends with it.
        detached: true,
      });
      return { ended: endOf(child), kill: () => killGroup(child) };
    },
  };
}

async function endOf(child: ChildProcess): Promise<Ended> {
  if (child.stdout === null) throw new Error('The shell has no standard output.');
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { code: typeof code === 'number' ? code : null, output };
}

function killGroup({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL');
}
