import { createInterface } from 'node:readline/promises';
import type { PreparedRun } from '../run/prepare.js';
import { UsageError } from '../usage-error.js';

/**
 * Asks before the first call. `--discard` locks people out, so there the pool's name must be typed. Without a
 * terminal there is nobody to ask: throws UsageError unless `--yes` was given.
 */
export async function confirm({ request, pool }: PreparedRun, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError('There is no terminal to ask on: look at the plan above, then add --yes.');
  }
  const asker = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (request.mode === 'discard') {
      const typed = await asker.question(
        `Nobody will know the new passwords. Type the pool's name to go on: `,
      );
      if (typed === pool.name) return true;
      process.stderr.write(`That is not the pool's name. `);
      return false;
    }
    const answer = await asker.question('Go on? [y/N] ');
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asker.close();
  }
}
