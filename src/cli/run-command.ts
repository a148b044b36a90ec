import { Command } from 'commander';
import { z } from 'zod';
import { notifying } from './notify-options.js';
import { option } from './options.js';
import { type OutputOptions, outputOf, outputOptions, outputShape } from './output.js';
import { addPlanOptions, planShape } from './plan-options.js';
import { withProtectedUsers } from '../run/whom-to-protect.js';
import { addFileArgument, runRequestOf } from './request-options.js';
import { addRunOptions, runShape } from './run-options.js';
import { withRecipients } from './with-recipients.js';

const EXAMPLES = `
Every option can also be set by its variable: --pool-id by
COGNITO_BULK_RESET_POOL_ID.

A file of --protect has one username a line and # before comments; one whose
name ends in .csv is read like users.csv. An organisation protects users for
everyone: {"protect": ["admin"]} in /etc/cognito-bulk-reset/config.json or in
cognito-bulk-reset.config.json beside the program. A person has one in
~/.config/cognito-bulk-reset/config.json. All lists add up.

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
  addRunOptions(addFileArgument(command));
  command.addOption(option('--dry-run', 'send nothing: the same as plan'));
  addPlanOptions(command);
  for (const one of outputOptions()) command.addOption(one);
  return command.addHelpText('after', EXAMPLES).action(async (file: string, given: unknown) => {
    const options = optionsSchema.parse(given);
    const request = await withRecipients(
      await withProtectedUsers(runRequestOf(file, options), options.protect),
      options.recipient,
    );
    if (options.dryRun) {
      const { showPlan } = await import('./show-plan.js');
      return done(await showPlan(request, { ...options, ...outputOf(options) }));
    }
    // Loaded only now: the AWS SDK and the queue take longer to load than a mistake in the command line to tell.
    const { startRun } = await import('./start-run.js');
    const work = (output: OutputOptions) => startRun(request, { ...output, yes: options.yes });
    done(await notifying(options, outputOf(options), work));
  });
}

const optionsSchema = z.object({
  ...runShape,
  dryRun: z.boolean().default(false),
  ...planShape,
  ...outputShape,
});
