import { Command } from 'commander';
import { z } from 'zod';
import { option, positiveInteger, serviceOptions } from './options.js';
import { outputOf, outputOptions, outputShape } from './output.js';
import { addCheckOptions, addPlanOptions, checkShape, planShape } from './plan-options.js';
import { addRequestOptions, requestShape, runRequestOf } from './request-options.js';
import { safetyOptions, safetyShape } from './safety-options.js';

const EXAMPLES = `
Every option can also be set by its variable: --pool-id by
COGNITO_BULK_RESET_POOL_ID.

Examples:
  $ cognito-bulk-reset run users.csv --pool-id eu-west-1_AbCdEf123 --generate
  $ cognito-bulk-reset run users.csv --pool-id eu-west-1_AbCdEf123 \\
      --password-column password --temporary
  $ cut -d, -f3 staff.csv | cognito-bulk-reset run - \\
      --pool-id eu-west-1_AbCdEf123 --discard --yes
`;

export function runCommand(done: (exitCode: number) => void): Command {
  const command = new Command('run').description(
    'Reset the password of every user in a CSV file (- for standard input).',
  );
  addCheckOptions(addRequestOptions(command))
    .addOption(
      option('--concurrency <n>', 'calls in flight at once (default: enough for the rate)').argParser(
        positiveInteger,
      ),
    )
    .addOption(option('--queue <url>', 'redis://, rediss://, unix:// or postgres:// (default: embedded)'))
    .addOption(option('--run-dir <dir>', 'where the report goes (default: runs/<time>-<file>)'));
  for (const one of [...safetyOptions(), ...serviceOptions()]) command.addOption(one);
  command
    .addOption(option('--yes', 'do not ask; needed without a terminal'))
    .addOption(option('--dry-run', 'send nothing: the same as plan'));
  addPlanOptions(command);
  for (const one of outputOptions()) command.addOption(one);
  return command.addHelpText('after', EXAMPLES).action(async (file: string, given: unknown) => {
    const options = optionsSchema.parse(given);
    const request = runRequestOf(file, options);
    if (options.dryRun) {
      const { showPlan } = await import('./show-plan.js');
      return done(await showPlan(request, { ...options, ...outputOf(options) }));
    }
    // Loaded only now: the AWS SDK and the queue take longer to load than a mistake in the command line to tell.
    const { startRun } = await import('./start-run.js');
    done(await startRun(request, { ...outputOf(options), yes: options.yes }));
  });
}

const optionsSchema = z.object({
  ...requestShape,
  concurrency: z.number().optional(),
  ...safetyShape,
  queue: z.string().optional(),
  runDir: z.string().optional(),
  yes: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  ...checkShape,
  ...planShape,
  ...outputShape,
});
