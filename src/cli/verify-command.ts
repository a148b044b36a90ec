import { Command } from 'commander';
import { z } from 'zod';
import { UsageError } from '../usage-error.js';
import { option, positiveInteger } from './options.js';
import { defaultProgress } from './progress.js';

const EXAMPLES = `
It asks the pool (ListUsers, which bills nobody) whether each user who succeeded
was changed since and stands in the right status, and writes verify.csv. With
--offline it asks nobody: are the files as they were recorded, and has each row
its one line? Exit codes: 0 all agrees; 1 something does not; 2 usage.

Examples:
  $ cognito-bulk-reset verify runs/2026-11-23T201500Z-users
  $ cognito-bulk-reset verify runs/2026-11-23T201500Z-users \\
      --sign-in-sample 20 --client-id 1example23456789
  $ cognito-bulk-reset verify runs/2026-11-23T201500Z-users --offline
`;

const optionsSchema = z.object({
  exact: z.boolean().default(false),
  signInSample: z.number().optional(),
  clientId: z.string().optional(),
  offline: z.boolean().default(false),
  reportSha256: z.string().optional(),
  profile: z.string().optional(),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});
type VerifyOptions = z.output<typeof optionsSchema>;

export function verifyCommand(done: (exitCode: number) => void): Command {
  return new Command('verify')
    .description('Ask the pool whether a run did what its report says, or prove its files unchanged.')
    .argument('<run-dir>', 'the directory of the run')
    .addOption(option('--exact', 'ask for each user alone (AdminGetUser, which bills each)'))
    .addOption(
      option('--sign-in-sample <n>', 'also sign in as n users with their new passwords').argParser(
        positiveInteger,
      ),
    )
    .addOption(option('--client-id <id>', 'the app client to sign in with, of --sign-in-sample'))
    .addOption(option('--offline', 'ask nobody: hold the files against what was recorded'))
    .addOption(option('--report-sha256 <hex>', 'with --offline: the SHA-256 that the run ended with'))
    .addOption(option('--profile <name>', 'profile of the AWS configuration, if it is another now'))
    .addOption(option('--json', 'print the result as one JSON object'))
    .addOption(option('--quiet', 'no progress, only the result and errors'))
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, given: unknown) => {
      const options = optionsSchema.parse(given);
      refuseContradictions(options);
      const progress = options.quiet ? 'none' : defaultProgress();
      if (options.offline) {
        const { auditRun } = await import('./audit-run.js');
        return done(await auditRun(path, options));
      }
      const { verifyRun } = await import('./verify-run.js');
      done(await verifyRun(path, { ...options, progress }));
    });
}

function refuseContradictions(options: VerifyOptions): void {
  const { offline, exact, signInSample, clientId, reportSha256 } = options;
  if (offline && (exact || signInSample !== undefined)) {
    throw new UsageError('--offline asks nobody; it does not go with --exact or --sign-in-sample.');
  }
  if (reportSha256 !== undefined && (!offline || !/^[0-9a-f]{64}$/i.test(reportSha256))) {
    throw new UsageError('--report-sha256 takes 64 hex digits, and goes with --offline only.');
  }
  if ((signInSample === undefined) !== (clientId === undefined)) {
    throw new UsageError('--sign-in-sample <n> and --client-id <id> go together.');
  }
}
