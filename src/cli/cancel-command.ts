import { Command } from 'commander';
import { z } from 'zod';
import { option } from './options.js';

const EXAMPLE = `
A live run ends between users first. Rows that were not done are "unprocessed"
in report.csv; "retry" makes a new run of them.

Example:
  $ cognito-bulk-reset cancel runs/2026-11-23T201500Z-users
`;

const optionsSchema = z.object({
  queue: z.string().optional(),
  takeOver: z.boolean().default(false),
  json: z.boolean().default(false),
});

export function cancelCommand(done: (exitCode: number) => void): Command {
  return new Command('cancel')
    .description('End a run for good: every row gets its line, and the queue is cleaned.')
    .argument('<run-dir>', 'the directory of the run')
    .addOption(option('--queue <url>', "the queue's URL, if it has a password (run.json keeps none)"))
    .addOption(option('--take-over', 'take the run from another host, whose process is dead'))
    .addOption(option('--json', 'print the result as one JSON object'))
    .addHelpText('after', EXAMPLE)
    .action(async (path: string, given: unknown) => {
      // Loaded only now, as in `run`.
      const { cancelRun } = await import('./cancel-run.js');
      done(await cancelRun(path, optionsSchema.parse(given)));
    });
}
