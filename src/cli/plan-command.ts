import { Command } from 'commander';
import { z } from 'zod';
import { option, serviceOptions } from './options.js';
import { addCheckOptions, addPlanOptions, checkShape, planShape } from './plan-options.js';
import { defaultProgress } from './progress.js';
import { withProtectedUsers } from '../run/whom-to-protect.js';
import { addFileArgument, addRequestOptions, planRequestOf, requestShape } from './request-options.js';

const EXAMPLES = `
It sends no password. Exit codes: 0 all rows are good; 1 some will fail or be
skipped; 2 usage or input.

Examples:
  $ cognito-bulk-reset plan users.csv --pool-id eu-west-1_AbCdEf123
  $ cognito-bulk-reset plan users.csv --pool-id eu-west-1_AbCdEf123 \\
      --check-users --findings found.csv
  $ cognito-bulk-reset plan users.csv --pool-id eu-west-1_AbCdEf123 \\
      --password-column password --json
`;

export function planCommand(done: (exitCode: number) => void): Command {
  const command = new Command('plan').description(
    'Look at the whole file and at the pool, and say what a run would do, take and cost.',
  );
  addPlanOptions(addCheckOptions(addRequestOptions(addFileArgument(command))));
  for (const one of serviceOptions()) command.addOption(one);
  command
    .addOption(option('--json', 'print the plan as one JSON object'))
    .addOption(option('--quiet', 'no progress, only the plan and errors'));
  return command.addHelpText('after', EXAMPLES).action(async (file: string, given: unknown) => {
    const options = optionsSchema.parse(given);
    const request = await withProtectedUsers(planRequestOf(file, options), options.protect);
    const { showPlan } = await import('./show-plan.js');
    done(await showPlan(request, { ...options, progress: options.quiet ? 'none' : defaultProgress() }));
  });
}

const optionsSchema = z.object({
  ...requestShape,
  ...checkShape,
  ...planShape,
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});
