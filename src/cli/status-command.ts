import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { lookIntoRunDirectory } from '../run/directory.js';
import { endOf, type Standing, standingOf } from '../run/standing.js';
import { ExitCode } from './exit-code.js';
import { option } from './options.js';
import { outputUnread } from './readers.js';
import { statusScreen } from './status-screen.js';

const EXAMPLE = `
It reads the run directory only, so it can be asked at any time and by anyone
who may read it. Exit code 0, whatever the state: --json has it as "state".

Examples:
  $ cognito-bulk-reset status runs/2026-11-23T201500Z-users
  $ cognito-bulk-reset status runs/2026-11-23T201500Z-users --watch
`;

/** How often --watch looks, in ms. */
const WATCH_EVERY = 1_000;
const HOME_AND_CLEAR = '\u001b[H\u001b[J';

const optionsSchema = z.object({ watch: z.boolean().default(false), json: z.boolean().default(false) });

export function statusCommand(done: (exitCode: number) => void): Command {
  return new Command('status')
    .description('Show how a run stands: live, paused, stopped, killed or finished.')
    .argument('<run-dir>', 'the directory of the run')
    .addOption(option('--watch', 'show it anew each second, until it no longer runs'))
    .addOption(option('--json', 'print it as one JSON object (with --watch: one a line)'))
    .addHelpText('after', EXAMPLE)
    .action(async (path: string, given: unknown) => {
      const { watch, json } = optionsSchema.parse(given);
      const directory = await lookIntoRunDirectory(path);
      for (;;) {
        const standing = await standingOf(directory);
        const screen = json
          ? `${JSON.stringify(asJson(standing))}\n`
          : statusScreen(standing, path, new Date());
        process.stdout.write(watch && !json && process.stdout.isTTY ? HOME_AND_CLEAR + screen : screen);
        if (!watch || standing.kind !== 'live') break;
        await sleep(WATCH_EVERY, undefined, { signal: outputUnread }).catch(() => undefined);
        if (outputUnread.aborted) break;
      }
      done(ExitCode.succeeded);
    });
}

function asJson(standing: Standing): object {
  const { record, kind: state } = standing;
  const { keyShreddedAt } = record;
  const run = { run: record.id, pool: record.pool.id, mode: record.mode, key: standing.key, keyShreddedAt };
  switch (standing.kind) {
    case 'finished':
      return {
        state: standing.summary.cancelledAt === undefined ? state : 'cancelled',
        ...run,
        ...standing.summary,
      };
    case 'live':
      return {
        ...run,
        ...standing.snapshot,
        state: standing.snapshot?.state ?? 'starting',
        holder: standing.holder,
      };
    case 'unfinished': {
      const { rows, byStatus, byError, calls, steps } = standing.tally;
      const { last } = standing;
      const stepsDone = record.steps === undefined ? {} : { steps };
      return {
        state: endOf(last),
        ...run,
        reason: last?.reason,
        at: last?.at,
        done: rows,
        byStatus,
        byError: Object.fromEntries(byError),
        ...stepsDone,
        calls,
      };
    }
  }
}
