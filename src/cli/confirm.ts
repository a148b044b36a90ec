import { createInterface } from 'node:readline/promises';
import type { PreparedRun } from '../run/prepare.js';
import { UsageError } from '../usage-error.js';

/**
 * Asks before the first call. `--discard` locks people out, so there the pool's name must be typed. Without a
 * terminal there is nobody to ask: throws UsageError unless `--yes` was given.
 */
export async function confirm(
  { request, pool }: PreparedRun,
  yes: boolean,
): Promise<'yes' | 'no' | 'interrupted'> {
  if (yes) return 'yes';
  if (!canAsk()) {
    throw new UsageError('There is no terminal to ask on: look at the plan above, then add --yes.');
  }
  const interrupted = new AbortController();
  const ask = (text: string) => question(text, interrupted.signal, () => interrupted.abort());
  try {
    if (request.mode !== 'discard') return isYes(await ask('Go on? [y/N] ')) ? 'yes' : 'no';
    const typed = await ask(`Nobody will know the new passwords. Type the pool's name to go on: `);
    if (typed === pool.name) return 'yes';
    process.stderr.write(`That is not the pool's name. `);
    return 'no';
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    return 'interrupted';
  }
}

/** Whether there is somebody at a terminal who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Asks at the terminal while something is under way. Ctrl-C is the program's own SIGINT, as it is without a question.
 * Rejects when aborted.
 */
export async function yesOrNo(text: string, signal: AbortSignal): Promise<boolean> {
  return isYes(await question(text, signal, () => process.kill(process.pid, 'SIGINT')));
}

function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}

/** The line that is typed; an empty one for Ctrl-D. Rejects when aborted. */
async function question(text: string, signal: AbortSignal, onCtrlC: () => void): Promise<string> {
  const asker = createInterface({ input: process.stdin, output: process.stderr });
  asker.on('SIGINT', onCtrlC);
  try {
    const closed = new Promise<undefined>((resolve) => asker.once('close', () => resolve(undefined)));
    const answer = await Promise.race([asker.question(text, { signal }), closed]);
    if (answer === undefined) process.stderr.write('\n');
    return answer ?? '';
  } catch (error) {
    process.stderr.write('\n');
    throw error;
  } finally {
    asker.close();
  }
}
