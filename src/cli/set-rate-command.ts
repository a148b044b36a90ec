import { Command } from 'commander';
import { z } from 'zod';
import { QUOTA } from '../run/request.js';
import { UsageError } from '../usage-error.js';
import { ask, openLiveRun } from './ask-run.js';
import { ExitCode } from './exit-code.js';
import { rateNumber } from './options.js';

const EXAMPLE = `
It holds over all workers, from now to the run's end; "resume" of a stopped run
begins with the rate that "run" was given.

Example:
  $ cognito-bulk-reset set-rate runs/2026-11-23T201500Z-users 10
`;

const argumentSchema = z.union([z.literal('max'), z.number()]);

export function setRateCommand(done: (exitCode: number) => void): Command {
  return new Command('set-rate')
    .description('Change the rate of a live run.')
    .argument('<run-dir>', 'the directory of the run')
    .argument('<n>', 'calls a second over all workers, or max', rateNumber)
    .addHelpText('after', EXAMPLE)
    .action(async (path: string, given: unknown) => {
      const { directory, standing } = await openLiveRun(path);
      const quota = standing.record.quota ?? QUOTA;
      const asked = argumentSchema.parse(given);
      const rate = asked === 'max' ? quota : asked;
      if (rate > quota) {
        throw new UsageError(
          `${rate} calls a second are over the run's quota, ${quota}, which is fixed when a run begins: the most is max. A run with more needs run --quota.`,
        );
      }
      const { limit } = await ask(directory, { rate }, (snapshot) => snapshot.limit === rate);
      process.stderr.write(`The rate is ${limit} calls a second now.\n`);
      done(ExitCode.succeeded);
    });
}
