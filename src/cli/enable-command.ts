import { Command } from 'commander';
import { z } from 'zod';
import { UPDATE_QUOTA } from '../run/request.js';
import { UsageError } from '../usage-error.js';
import { option, positiveNumber } from './options.js';
import { defaultProgress } from './progress.js';

const EXAMPLE = `
It undoes "run --disable" (AdminEnableUser) for the users that the run disabled,
but for those who were disabled before it: only a run with --check-users knows.
Passwords stay as the run set them. What came of each is in enabled.csv; the
same command again goes on, and tries again what failed.
Exit codes: 0 all enabled; 1 some not; 2 usage; 3 stopped; 130 interrupted.

Example:
  $ cognito-bulk-reset enable runs/2026-11-23T201500Z-users
`;

const optionsSchema = z.object({
  rate: z.number(),
  profile: z.string().optional(),
  yes: z.boolean().default(false),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

export function enableCommand(done: (exitCode: number) => void): Command {
  return new Command('enable')
    .description('Let the users of a run sign in again whom it disabled.')
    .argument('<run-dir>', 'the directory of a run that has ended')
    .addOption(option('--rate <n>', 'calls a second').argParser(positiveNumber).default(UPDATE_QUOTA))
    .addOption(option('--profile <name>', 'profile of the AWS configuration, if it is another now'))
    .addOption(option('--yes', 'do not ask; needed without a terminal'))
    .addOption(option('--json', 'print the result as one JSON object'))
    .addOption(option('--quiet', 'no progress, only the result and errors'))
    .addHelpText('after', EXAMPLE)
    .action(async (path: string, given: unknown) => {
      const { quiet, ...options } = optionsSchema.parse(given);
      if (options.rate > UPDATE_QUOTA) {
        throw new UsageError(
          `--rate ${options.rate} is over the quota of UserUpdate, ${UPDATE_QUOTA} calls a second for the whole account and Region, which AWS does not raise.`,
        );
      }
      const { enableRun } = await import('./enable-run.js');
      done(await enableRun(path, { ...options, progress: quiet ? 'none' : defaultProgress() }));
    });
}
