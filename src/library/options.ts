import { z } from 'zod';
import { defaultRunDirectory, type RunRequest, runRequestSchema } from '../run/request.js';
import { UsageError } from '../usage-error.js';

/** A user of an iterable: the name alone, or with the password that it is to get. */
export type UserToReset = string | { username: string; password: string };

/** Where the passwords come from. */
export type PasswordsFrom =
  /** Each is derived from the run's key and fits the pool's policy. `length` in characters, at least 100 bits of entropy. */
  | { kind: 'generate'; length?: number; alphabet?: 'full' | 'readable' }
  /** A column of the file; `password` of an iterable. */
  | { kind: 'column'; name: string }
  /** Random ones that nobody keeps: everyone is locked out until a reset. */
  | { kind: 'discard' };

/** What may be said of a run, whether it begins or goes on. */
export interface RunSettings {
  /** Ends it between users: calls in flight finish, and it can be resumed. */
  signal?: AbortSignal;
  /** Usernames that are never reset, beside those of the organisation's configuration. */
  protect?: readonly string[];
  /** The queue's URL: `redis://`, `rediss://`, `unix://`, `postgres://`. @defaultValue an embedded one in the run directory */
  queue?: string;
  /** Of the AWS configuration; otherwise the SDK's own chain finds credentials. */
  profile?: string;
  /** Hears what a person should know although the run goes on. */
  onWarning?: (text: string) => void;
}

/** What `resetPasswords` is asked. */
export interface ResetOptions extends RunSettings {
  /** The path of a CSV file, or users one by one, which are copied into the run directory first. */
  users: string | Iterable<UserToReset> | AsyncIterable<UserToReset>;
  /** `eu-west-1_AbCdEf123`. */
  poolId: string;
  passwords: PasswordsFrom;
  /** Users must choose another at their next sign-in (FORCE_CHANGE_PASSWORD). @defaultValue false */
  temporary?: boolean;
  /** Revokes each user's tokens after the password. @defaultValue false */
  signOut?: boolean;
  /** Disables each user first, and signs out. @defaultValue false */
  disable?: boolean;
  /** Calls a second over all workers, or `max` for the quota. @defaultValue 20, or the quota if that is less */
  rate?: number | 'max';
  /** The account's own quota of AdminSetUserPassword, in calls a second. @defaultValue 30 */
  quota?: number;
  /** Calls in flight at once, up to 1,000. @defaultValue enough for the rate */
  concurrency?: number;
  /** The username column of the file. @defaultValue found by the header */
  column?: string;
  /** So many failed users stop the run. @defaultValue 10 % of at least 100 users */
  maxFailures?: { users: number } | { percent: number };
  /** Where the run keeps its files; new. @defaultValue `runs/<time>-<file>` */
  runDirectory?: string;
  /** @defaultValue the pool id's prefix */
  region?: string;
  /** Sends the calls here instead of AWS. */
  endpoint?: string;
  /** Allows an endpoint without TLS. @defaultValue false */
  allowHttp?: boolean;
}

const isIterable = (value: unknown) =>
  typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);

const { shape } = runRequestSchema;
const settingsShape = {
  signal: z.instanceof(AbortSignal).optional(),
  protect: z.array(z.string()).default([]),
  queue: shape.queue,
  profile: shape.profile,
  onWarning: z
    .custom<NonNullable<RunSettings['onWarning']>>((value) => typeof value === 'function')
    .optional(),
};
const settingsSchema = z.strictObject(settingsShape);

export type Settings = z.output<typeof settingsSchema>;

const optionsSchema = z.strictObject({
  ...settingsShape,
  users: z.union([z.string().min(1), z.custom<Exclude<ResetOptions['users'], string>>(isIterable)]),
  passwords: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('generate'), length: shape.length, alphabet: shape.alphabet }),
    z.strictObject({ kind: z.literal('column'), name: z.string().min(1) }),
    z.strictObject({ kind: z.literal('discard') }),
  ]),
  poolId: shape.poolId,
  temporary: z.boolean().default(false),
  signOut: shape.signOut,
  disable: shape.disable,
  rate: shape.rate,
  quota: shape.quota,
  concurrency: shape.concurrency,
  column: shape.column,
  maxFailures: shape.maxFailures,
  runDirectory: z.string().min(1).optional(),
  region: shape.region,
  endpoint: shape.endpoint,
  allowHttp: shape.allowHttp,
});

/** @throws UsageError that names the option */
export function settingsOf(options: RunSettings): Settings {
  return parsed(settingsSchema, options);
}

export interface Asked {
  request: RunRequest;
  runDirectory: string;
  /** Users to be copied into the run directory; undefined for a file that is read where it is. */
  users: Exclude<ResetOptions['users'], string> | undefined;
  settings: Settings;
}

/** @throws UsageError that names the option */
export function askedOf(options: ResetOptions): Asked {
  const { users, passwords, temporary, runDirectory, ...given } = parsed(optionsSchema, options);
  if (temporary && passwords.kind === 'discard')
    throw new UsageError(
      'temporary: discarded passwords are permanent, as nobody could sign in to choose another.',
    );
  const file = typeof users === 'string' ? users : '-';
  const request = runRequestSchema.parse({
    ...given,
    file,
    mode: passwords.kind === 'column' ? 'password-column' : passwords.kind,
    permanent: !temporary,
    ...(passwords.kind === 'column' ? { passwordColumn: passwords.name } : {}),
    ...(passwords.kind === 'generate' ? { length: passwords.length, alphabet: passwords.alphabet } : {}),
    protectedUsers: given.protect,
  });
  return {
    request,
    runDirectory: runDirectory ?? defaultRunDirectory(file, new Date()),
    users: typeof users === 'string' ? undefined : users,
    settings: given,
  };
}

function parsed<T>(schema: z.ZodType<T>, given: unknown): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : undefined;
  throw new UsageError(`${unknown ?? issue?.path.join('.') ?? 'options'}: ${issue?.message}`);
}
