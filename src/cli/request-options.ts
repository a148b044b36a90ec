import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ALPHABET_NAMES } from '../password/characters.js';
import {
  DEFAULT_RATE,
  type PlanRequest,
  planRequestSchema,
  QUOTA,
  type RunRequest,
  runRequestSchema,
  UPDATE_QUOTA,
} from '../run/request.js';
import { UsageError } from '../usage-error.js';
import { checkShape } from './plan-options.js';
import { collected, option, positiveInteger, positiveNumber, rateNumber } from './options.js';

/** What `run` and `plan` are about. */
export function addFileArgument(command: Command): Command {
  return command.argument('<users.csv>', 'the CSV file; its header names the username column');
}

/** What `run` and `plan` both ask: whose passwords, which ones, how fast. */
export function addRequestOptions(command: Command): Command {
  return command
    .addOption(option('--pool-id <id>', 'the user pool').makeOptionMandatory())
    .addOption(option('--generate', 'make a password for each user, by the pool’s policy'))
    .addOption(option('--password-column <name>', 'take the passwords from this column'))
    .addOption(option('--discard', 'random ones that nobody keeps: lock everyone out'))
    .addOption(option('--sign-out', 'revoke tokens too: a password alone ends no session'))
    .addOption(option('--disable', 'disable users first, and sign out; enable undoes it'))
    .addOption(option('--temporary', 'FORCE_CHANGE_PASSWORD, not a permanent password'))
    .addOption(option('--length <n>', 'characters of a generated password').argParser(positiveInteger))
    .addOption(
      new Option('--alphabet <name>', 'characters to choose from')
        .choices(ALPHABET_NAMES)
        .env('COGNITO_BULK_RESET_ALPHABET'),
    )
    .addOption(option('--column <name>', 'the username column, by its name or number from 1'))
    .addOption(option('--no-header', 'the first line is a user already'))
    .addOption(option('--delimiter <c>', 'what separates the fields (default: found in the file)'))
    .addOption(
      option('--rate <n>', `calls a second of all workers, or max (default: ${DEFAULT_RATE})`).argParser(
        rateNumber,
      ),
    )
    .addOption(
      option('--sign-out-rate <n>', `sign-outs and disables a second (default: ${UPDATE_QUOTA})`).argParser(
        positiveNumber,
      ),
    )
    .addOption(option('--quota <n>', "the account's quota").argParser(positiveNumber).default(QUOTA))
    .addOption(protectOption());
}

/** `resume` has it too. */
export function protectOption(): Option {
  return option('--protect <file>', 'users who are never reset, a list or csv; repeatable').argParser(
    collected,
  );
}

export const requestShape = {
  poolId: z.string(),
  generate: z.boolean().optional(),
  passwordColumn: z.string().optional(),
  discard: z.boolean().optional(),
  temporary: z.boolean().optional(),
  signOut: z.boolean().default(false),
  disable: z.boolean().default(false),
  signOutRate: z.number().optional(),
  length: z.number().optional(),
  alphabet: z.enum(ALPHABET_NAMES).optional(),
  column: z.string().optional(),
  header: z.boolean(),
  delimiter: z.string().optional(),
  rate: z.union([z.literal('max'), z.number()]).optional(),
  quota: z.number(),
  protect: z.array(z.string()).default([]),
  endpointUrl: z.string().optional(),
  allowHttp: z.boolean().default(false),
  region: z.string().optional(),
  profile: z.string().optional(),
};
const requestOptionsSchema = z.object({ ...requestShape, ...checkShape });
type RequestOptions = z.output<typeof requestOptionsSchema> & {
  canary?: number | undefined;
  canaryFailures?: number | undefined;
};

type GivenOptions = { [Name in keyof RequestOptions]?: RequestOptions[Name] | undefined };

/** What `run` was asked. Throws UsageError unless it says where the passwords come from. */
export function runRequestOf(file: string, options: RequestOptions): RunRequest {
  const mode = modeOf(options);
  if (mode === undefined) throw noSingleMode();
  return parsed(runRequestSchema, file, mode, options);
}

/** What `plan` was asked: it can tell most of it before anybody has said where the passwords come from. */
export function planRequestOf(file: string, options: RequestOptions): PlanRequest {
  return parsed(planRequestSchema, file, modeOf(options), options);
}

function parsed<T>(
  schema: z.ZodType<T>,
  file: string,
  mode: PlanRequest['mode'],
  options: RequestOptions,
): T {
  checkTogether(options, mode);
  return requestFrom(schema, {
    ...options,
    file,
    mode,
    permanent: options.temporary !== true,
    endpoint: options.endpointUrl,
  });
}

/** Options that say nothing without another one. @throws UsageError */
function checkTogether(options: GivenOptions, mode: PlanRequest['mode']): void {
  if (mode !== 'generate' && (options.length !== undefined || options.alphabet !== undefined)) {
    throw new UsageError('--length and --alphabet go with --generate only.');
  }
  if (options.canaryFailures !== undefined && options.canary === undefined) {
    throw new UsageError('--canary-failures goes with --canary only.');
  }
  if (options.signOutRate !== undefined && options.signOut !== true && options.disable !== true) {
    throw new UsageError('--sign-out-rate goes with --sign-out or --disable only.');
  }
  if ((options.signOutRate ?? 0) > UPDATE_QUOTA) {
    throw new UsageError(
      `--sign-out-rate ${options.signOutRate} is over the quota of UserUpdate, ${UPDATE_QUOTA} calls a second for the whole account and Region, which AWS does not raise.`,
    );
  }
  if (
    options.checkUsers !== true &&
    (options.includeFederated === true || options.includeUnconfirmed === true)
  ) {
    throw new UsageError('--include-federated and --include-unconfirmed go with --check-users only.');
  }
}

function requestFrom<T>(schema: z.ZodType<T>, request: unknown): T {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError(`--${issue?.path.join('.')}: ${issue?.message}.`);
}

/** What `retry` asks: the same as the run before it, but for what is given anew. @throws UsageError as `runRequestOf` */
export function changedRequest(asked: RunRequest, given: GivenOptions): RunRequest {
  const mode = modeOf(given) ?? asked.mode;
  const permanent = given.temporary === true ? false : asked.permanent;
  if (mode === 'discard' && !permanent) throw discardIsPermanent();
  const changed = {
    ...asked,
    ...given,
    mode,
    permanent,
    passwordColumn: mode === 'password-column' ? (given.passwordColumn ?? asked.passwordColumn) : undefined,
    // They were of the mode that was, and go with it.
    ...(mode === asked.mode ? {} : { length: given.length, alphabet: given.alphabet }),
    endpoint: given.endpointUrl ?? asked.endpoint,
  };
  // Every request has a rate for sign-outs, asked or not.
  checkTogether({ ...changed, signOutRate: given.signOutRate }, mode);
  return requestFrom(runRequestSchema, changed);
}

function modeOf({ generate, passwordColumn, discard, temporary }: GivenOptions): PlanRequest['mode'] {
  const modes = [
    ...(generate === true ? (['generate'] as const) : []),
    ...(passwordColumn === undefined ? [] : (['password-column'] as const)),
    ...(discard === true ? (['discard'] as const) : []),
  ];
  const [mode] = modes;
  if (modes.length > 1) throw noSingleMode();
  if (mode === 'discard' && temporary === true) throw discardIsPermanent();
  return mode;
}

function noSingleMode(): UsageError {
  return new UsageError(
    'Say where the passwords come from: one of --generate, --password-column <name> or --discard.',
  );
}

function discardIsPermanent(): UsageError {
  return new UsageError(
    '--discard sets permanent passwords that nobody knows; it does not go with --temporary.',
  );
}
