import { Command } from 'commander';
import { z } from 'zod';
import { option, positiveNumber, serviceOptions } from './options.js';
import { addRequestOptions, planRequestOf, requestShape } from './request-options.js';

const EXAMPLES = `
It sends no password. Exit codes: 0 all rows are good; 1 some will fail or be
skipped; 2 usage or input.

Examples:
  $ cognito-bulk-reset plan users.csv --pool-id eu-west-1_AbCdEf123
  $ cognito-bulk-reset plan users.csv --pool-id eu-west-1_AbCdEf123 --password-column password --json
`;

export function planCommand(done: (exitCode: number) => void): Command {
  const command = new Command('plan').description(
    'Look at the whole file and at the pool, and say what a run would do, take and cost.',
  );
  addRequestOptions(command);
  command.addOption(priceOption());
  for (const one of serviceOptions()) command.addOption(one);
  command.addOption(option('--json', 'print the plan as one JSON object'));
  return command.addHelpText('after', EXAMPLES).action(async (file: string, given: unknown) => {
    const options = optionsSchema.parse(given);
    const request = planRequestOf(file, options);
    const { showPlan } = await import('./show-plan.js');
    done(await showPlan(request, options));
  });
}

/** `run --dry-run` has it too. */
export function priceOption() {
  return option(
    '--price-per-mau <usd>',
    'what AWS bills you for a monthly active user, to say what it may cost',
  ).argParser(positiveNumber);
}

export const planShape = { pricePerMau: z.number().optional() };

const optionsSchema = z.object({ ...requestShape, ...planShape, json: z.boolean().default(false) });
