import { existsSync } from 'node:fs';
import type { Summary } from '../report/summary.js';
import { destroyKey } from '../run/destroy-key.js';
import type { RunDirectory } from '../run/directory.js';
import { lockRun } from '../run/lock.js';
import { standingOf } from '../run/standing.js';
import { UsageError } from '../usage-error.js';
import { ExitCode } from './exit-code.js';

/** For who asks something of a run that has ended. */
export function hasEnded({ cancelledAt }: Summary, directory: RunDirectory): UsageError {
  const how = cancelledAt === undefined ? 'has finished' : 'was cancelled';
  return new UsageError(`The run ${how}: its result is in ${directory.summary}.`);
}

/**
 * `resume` of a run that has ended: only one that died before its key was destroyed has something left to do. Answers its exit
 * code; undefined for a run that has not ended.
 *
 * @throws UsageError for one that is done with
 */
export async function resumeEnded(
  directory: RunDirectory,
  { takeOver }: { takeOver: boolean },
): Promise<number | undefined> {
  if (!existsSync(directory.summary)) return undefined;
  const standing = await standingOf(directory);
  // Its process is at the end of it.
  if (standing.kind !== 'finished') return undefined;
  const { record, summary, key } = standing;
  if (key !== 'to be destroyed') throw hasEnded(summary, directory);
  const lock = await lockRun(directory.lock, { takeOver });
  try {
    await destroyKey(directory, record);
  } finally {
    await lock.release();
  }
  process.stderr.write('The run had finished but for its key, which is destroyed now.\n');
  return summary.byStatus.succeeded === summary.rows ? ExitCode.succeeded : ExitCode.someFailed;
}
