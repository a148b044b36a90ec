import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endsWithin } from '../ends-within.js';

/** How long a command may take, and how long it has then to end by itself, in ms. */
export interface Limits {
  run: number;
  end: number;
}

const LIMITS: Limits = { run: 60_000, end: 2_000 };
const SECRETS = ['COGNITO_BULK_RESET_WEBHOOK_SECRET', 'COGNITO_BULK_RESET_KEY_FILE'];

/**
 * Gives a message to a command of the shell, on its standard input. What it prints goes to this program's standard error,
 * as standard output is for the result. One that takes too long is ended, with all that it has started.
 *
 * @throws Error in words, if it did not end with 0
 */
export async function runOnFinish(
  command: string,
  body: string,
  env: Record<string, string>,
  limits = LIMITS,
): Promise<void> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !SECRETS.includes(name)),
  );
  const child = spawn('/bin/sh', ['-c', command], {
    // A group of its own, so that all of it can be ended.
    detached: true,
    stdio: ['pipe', 2, 2],
    env: { ...inherited, ...env },
  });
  const ended = once(child, 'exit');
  // It need not read its input.
  child.stdin?.on('error', () => undefined).end(body);
  if (!(await endsWithin(limits.run, ended))) {
    endGroup(child.pid, 'SIGTERM');
    await endsWithin(limits.end, ended);
    endGroup(child.pid, 'SIGKILL');
    throw new Error(`took longer than ${limits.run / 1_000} s and was ended`);
  }
  const { exitCode, signalCode } = child;
  if (exitCode !== 0) throw new Error(`ended with ${exitCode ?? signalCode}`);
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}
