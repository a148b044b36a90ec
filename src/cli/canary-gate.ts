import type { Gate } from '../run/feed.js';
import { readFirstRecords } from '../report/read-report.js';
import { entryOfRow } from '../report/tally.js';
import { canaryStop, isTried, judgeCanary } from '../run/canary.js';
import type { RunDirectory } from '../run/directory.js';
import { type RunRecord, writeRunRecord } from '../run/record.js';
import { canaryScreen } from './canary-screen.js';
import { canAsk, yesOrNo } from './confirm.js';
import type { OutputOptions } from './output.js';
import { tell } from './tell.js';

export interface CanaryAsker {
  output: OutputOptions;
  /** With `--yes` nobody is asked. */
  yes: boolean;
  /** Shows a question and nothing else, until it is answered. */
  alone<T>(ask: () => Promise<T>): Promise<T>;
}

/**
 * The gate behind the first rows that are tried (`--canary`): shows on a terminal what came of them and asks, and decides
 * by itself where nobody can be asked. Once it has opened, run.json says so, and a resume does not stop at it again.
 */
export async function canaryGate(
  directory: RunDirectory,
  record: RunRecord,
  { output, yes, alone }: CanaryAsker,
): Promise<Gate | undefined> {
  const { canary } = record;
  if (canary === undefined || canary.passedAt !== undefined) return undefined;
  const firstTried = () => readFirstRecords(directory.report, canary.rows, isTried);
  let missing = canary.rows - (await firstTried()).length;
  let asking = false;
  return {
    get missing() {
      return missing;
    },
    lines: (rows) => {
      missing = Math.max(0, missing - rows.filter((row) => isTried(entryOfRow(row))).length);
    },
    get asking() {
      return asking;
    },
    open: async (signal) => {
      const result = judgeCanary(canary, await firstTried());
      const asks = !yes && canAsk();
      asking = asks;
      const goOn = asks
        ? await alone(async () => {
            tell(output.progress, 'canary', canaryScreen(result), { failed: result.failed });
            return yesOrNo('Go on with the other rows? [y/N] ', signal);
          })
        : result.clean;
      asking = false;
      if (!goOn) return canaryStop(result, asks);
      await writeRunRecord(directory.record, {
        ...record,
        canary: { ...canary, passedAt: new Date().toISOString() },
      });
      if (!asks && output.progress !== 'none')
        tell(output.progress, 'message', `${result.message} Going on.\n`);
      return undefined;
    },
  };
}
