import { Command } from 'commander';
import { z } from 'zod';
import { option, positiveInteger, serviceOptions } from './options.js';
import { metricsOption, metricsSchema } from './output.js';

const EXAMPLE = `
The run's key comes from COGNITO_BULK_RESET_KEY_FILE (a path, or fd:3), never
from the queue.

Example:
  $ cognito-bulk-reset worker --queue rediss://queue.internal:6379 \\
      --run 2026-11-23T201500Z-users-1f9a3c5e
`;

const optionsSchema = z.object({
  queue: z.string(),
  run: z.string(),
  concurrency: z.number().optional(),
  endpointUrl: z.string().optional(),
  allowHttp: z.boolean().default(false),
  region: z.string().optional(),
  profile: z.string().optional(),
  metrics: metricsSchema,
});

export function workerCommand(done: (exitCode: number) => void): Command {
  const command = new Command('worker')
    .description('Take part in a run on a shared queue, from this host.')
    .addOption(option('--queue <url>', 'redis://, rediss://, unix:// or postgres://').makeOptionMandatory())
    .addOption(
      option('--run <id>', "the run's id, as in its run.json (or the run directory)").makeOptionMandatory(),
    )
    .addOption(option('--concurrency <n>', 'calls in flight at once').argParser(positiveInteger));
  for (const one of serviceOptions()) command.addOption(one);
  command.addOption(metricsOption());
  return command.addHelpText('after', EXAMPLE).action(async (given: unknown) => {
    // Loaded only now, as in `run`.
    const { runWorker } = await import('./run-worker.js');
    done(await runWorker(optionsSchema.parse(given)));
  });
}
