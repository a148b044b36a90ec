import { Command } from 'commander';
import { z } from 'zod';
import { USER_STATUSES, type UserStatus } from '../cognito/user-status.js';
import { UsageError } from '../usage-error.js';
import { collected, option, serviceOptions } from './options.js';
import { defaultProgress } from './progress.js';

const EXAMPLES = `
Columns: username,sub,email,status,enabled,created. The values are exact, so run
takes the file as it is; a spreadsheet would run some of them as formulas.
After a kill or an error the same command goes on. A filter is ListUsers' own.

Examples:
  $ cognito-bulk-reset export-users --pool-id eu-west-1_AbCdEf123 -o users.csv
  $ cognito-bulk-reset export-users --pool-id eu-west-1_AbCdEf123 \\
      --status CONFIRMED -o users.csv
  $ cognito-bulk-reset export-users --pool-id eu-west-1_AbCdEf123 \\
      --filter 'email ^= "a"' -o -
`;

const optionsSchema = z.object({
  poolId: z.string(),
  output: z.string(),
  filter: z.string().optional(),
  status: z.array(z.string()).default([]),
  force: z.boolean().default(false),
  endpointUrl: z.string().optional(),
  allowHttp: z.boolean().default(false),
  region: z.string().optional(),
  profile: z.string().optional(),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

export function exportCommand(done: (exitCode: number) => void): Command {
  const command = new Command('export-users')
    .description('Write the users of a pool to a CSV file that run takes (ListUsers; it sends no password).')
    .addOption(option('--pool-id <id>', 'the user pool').makeOptionMandatory())
    .addOption(
      option(
        '-o, --output <file>',
        'where to write it (0600), or - for standard output',
      ).makeOptionMandatory(),
    )
    .addOption(option('--filter <expression>', 'only users who match, such as: email ^= "a"'))
    .addOption(option('--status <status>', 'only users in this status; repeatable').argParser(collected))
    .addOption(option('--force', 'overwrite the file'));
  for (const one of serviceOptions()) command.addOption(one);
  command
    .addOption(option('--json', 'print the counts as one JSON object'))
    .addOption(option('--quiet', 'no progress, only the counts and errors'));
  return command.addHelpText('after', EXAMPLES).action(async (given: unknown) => {
    const { status, ...options } = optionsSchema.parse(given);
    const statuses = [...new Set(status.map(statusOf))];
    const { exportUsers } = await import('./export-users.js');
    done(
      await exportUsers({
        ...options,
        statuses,
        progress: options.quiet ? 'none' : defaultProgress(),
      }),
    );
  });
}

function statusOf(given: string): UserStatus {
  const status = USER_STATUSES.find((one) => one === given.trim().toUpperCase());
  if (status !== undefined) return status;
  throw new UsageError(`--status ${given} is none of Cognito’s: ${USER_STATUSES.join(', ')}.`);
}
