import { Command, Option } from 'commander';
import { z } from 'zod';
import { ALPHABET_NAMES } from '../password/characters.js';
import { DEFAULT_RATE, QUOTA, type RunRequest, runRequestSchema } from '../run/request.js';
import { UsageError } from '../usage-error.js';
import { option, positiveInteger, positiveNumber, rateNumber, serviceOptions } from './options.js';
import { outputOf, outputOptions, outputShape } from './output.js';

const EXAMPLES = `
Every option can also be set by its variable: --pool-id by
COGNITO_BULK_RESET_POOL_ID.

Examples:
  $ cognito-bulk-reset run users.csv --pool-id eu-west-1_AbCdEf123 --generate
  $ cognito-bulk-reset run users.csv --pool-id eu-west-1_AbCdEf123 --password-column password --temporary
  $ cut -d, -f3 staff.csv | cognito-bulk-reset run - --pool-id eu-west-1_AbCdEf123 --discard --yes
`;

export function runCommand(done: (exitCode: number) => void): Command {
  const command = new Command('run')
    .description('Reset the password of every user in a CSV file (- for standard input).')
    .argument('<users.csv>', 'the CSV file; its username column is found by its header')
    .addOption(option('--pool-id <id>', 'the user pool').makeOptionMandatory())
    .addOption(option('--generate', 'make a password for each user that fits the pool’s policy'))
    .addOption(option('--password-column <name>', 'take the passwords from this column'))
    .addOption(option('--discard', 'random passwords that nobody keeps: lock everyone out'))
    .addOption(option('--temporary', 'FORCE_CHANGE_PASSWORD instead of a permanent password'))
    .addOption(option('--length <n>', 'characters of a generated password').argParser(positiveInteger))
    .addOption(
      new Option('--alphabet <name>', 'characters to choose from')
        .choices(ALPHABET_NAMES)
        .env('COGNITO_BULK_RESET_ALPHABET'),
    )
    .addOption(option('--column <name>', 'the username column (a number from 1 with --no-header)'))
    .addOption(option('--no-header', 'the first line is a user already'))
    .addOption(option('--delimiter <c>', 'what separates the fields (default: found in the file)'))
    .addOption(
      option('--rate <n>', 'calls a second over all workers, or max')
        .argParser(rateNumber)
        .default(DEFAULT_RATE),
    )
    .addOption(option('--quota <n>', "the account's quota").argParser(positiveNumber).default(QUOTA))
    .addOption(
      option('--concurrency <n>', 'calls in flight at once (default: enough for the rate)').argParser(
        positiveInteger,
      ),
    )
    .addOption(option('--queue <url>', 'redis://, rediss://, unix:// or postgres:// (default: embedded)'))
    .addOption(option('--run-dir <dir>', 'where the report goes (default: runs/<time>-<file>)'));
  for (const one of serviceOptions()) command.addOption(one);
  command.addOption(option('--yes', 'do not ask; needed without a terminal'));
  for (const one of outputOptions()) command.addOption(one);
  return command.addHelpText('after', EXAMPLES).action(async (file: string, given: unknown) => {
    const options = optionsSchema.parse(given);
    const request = requestOf(file, options);
    // Loaded only now: the AWS SDK and the queue take longer to load than a mistake in the command line to tell.
    const { startRun } = await import('./start-run.js');
    done(await startRun(request, { ...outputOf(options), yes: options.yes }));
  });
}

const optionsSchema = z.object({
  poolId: z.string(),
  generate: z.boolean().optional(),
  passwordColumn: z.string().optional(),
  discard: z.boolean().optional(),
  temporary: z.boolean().optional(),
  length: z.number().optional(),
  alphabet: z.enum(ALPHABET_NAMES).optional(),
  column: z.string().optional(),
  header: z.boolean(),
  delimiter: z.string().optional(),
  rate: z.union([z.literal('max'), z.number()]),
  quota: z.number(),
  concurrency: z.number().optional(),
  queue: z.string().optional(),
  runDir: z.string().optional(),
  endpointUrl: z.string().optional(),
  allowHttp: z.boolean().default(false),
  region: z.string().optional(),
  profile: z.string().optional(),
  yes: z.boolean().default(false),
  ...outputShape,
});
type RunOptions = z.output<typeof optionsSchema>;

function requestOf(file: string, options: RunOptions): RunRequest {
  const mode = modeOf(options);
  if (mode !== 'generate' && (options.length !== undefined || options.alphabet !== undefined)) {
    throw new UsageError('--length and --alphabet go with --generate only.');
  }
  const parsed = runRequestSchema.safeParse({
    ...options,
    file,
    mode,
    permanent: options.temporary !== true,
    endpoint: options.endpointUrl,
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`--${issue?.path.join('.')}: ${issue?.message}.`);
}

function modeOf({ generate, passwordColumn, discard, temporary }: RunOptions): RunRequest['mode'] {
  const modes = [
    ...(generate === true ? (['generate'] as const) : []),
    ...(passwordColumn === undefined ? [] : (['password-column'] as const)),
    ...(discard === true ? (['discard'] as const) : []),
  ];
  const [mode] = modes;
  if (mode === undefined || modes.length > 1) {
    throw new UsageError(
      'Say where the passwords come from: one of --generate, --password-column <name> or --discard.',
    );
  }
  if (mode === 'discard' && temporary === true) {
    throw new UsageError(
      '--discard sets permanent passwords that nobody knows; it does not go with --temporary.',
    );
  }
  return mode;
}
