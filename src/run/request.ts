import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import { ALPHABET_NAMES } from '../password/characters.js';
import { UsageError } from '../usage-error.js';
import { MODES } from './modes.js';
import { DEFAULT_FAILURE_LIMIT, failureLimitSchema } from './threshold.js';

/** AdminSetUserPassword's quota for an account and Region, in calls a second; not adjustable (COGNITO.md 4). */
export const QUOTA = 30;
/** The quota that AdminUserGlobalSignOut and AdminDisableUser share; not adjustable either. */
export const UPDATE_QUOTA = 25;
/** Leaves a third of the quota to people at their sign-in page; a smaller quota is used up. */
export const DEFAULT_RATE = 20;

/** What a person asks for, from wherever it comes. */
export const runRequestSchema = z.object({
  /** A path, or `-` for standard input. */
  file: z.string().min(1),
  poolId: z.string().min(1),
  mode: z.enum(MODES),
  passwordColumn: z.string().optional(),
  /** Whether the users' tokens are revoked after the password. */
  signOut: z.boolean().default(false),
  /** Whether the users are disabled before it; they are signed out too then. */
  disable: z.boolean().default(false),
  /** Calls a second of both, which share a quota. */
  signOutRate: z.number().positive().max(UPDATE_QUOTA).default(UPDATE_QUOTA),
  permanent: z.boolean(),
  column: z.string().optional(),
  header: z.boolean().default(true),
  delimiter: z.string().optional(),
  length: z.int().optional(),
  alphabet: z.enum(ALPHABET_NAMES).optional(),
  /** The account's own quota, if it is another than AWS's default. */
  quota: z.number().positive().default(QUOTA),
  rate: z.union([z.literal('max'), z.number().positive()]).optional(),
  concurrency: z.int().min(1).max(1_000).optional(),
  /** Rows that are tried first, alone. */
  canary: z.int().positive().optional(),
  /** Stop after the canary when so many of it failed. */
  canaryFailures: z.int().positive().optional(),
  maxFailures: failureLimitSchema.default(DEFAULT_FAILURE_LIMIT),
  queue: z.string().optional(),
  runDir: z.string().optional(),
  endpoint: z.string().optional(),
  allowHttp: z.boolean().default(false),
  region: z.string().optional(),
  profile: z.string().optional(),
  /** Whether the pool is asked whom each row names, before anything is sent. */
  checkUsers: z.boolean().default(false),
  includeFederated: z.boolean().default(false),
  includeUnconfirmed: z.boolean().default(false),
  /** Public keys of those who may read the generated passwords. */
  recipients: z.array(z.string()).default([]),
  /** Usernames that are never reset. */
  protectedUsers: z.array(z.string()).default([]),
});
export type RunRequest = z.output<typeof runRequestSchema>;

/** What a person asks to be told of before it is done; where the passwords come from may still be open. */
export const planRequestSchema = runRequestSchema.extend({ mode: z.enum(MODES).optional() });
export type PlanRequest = z.output<typeof planRequestSchema>;

/** Calls a second that this run may make. Throws UsageError for more than the quota. */
export function rateOf({ rate, quota }: Pick<RunRequest, 'rate' | 'quota'>): number {
  if (rate === undefined) return Math.min(DEFAULT_RATE, quota);
  if (rate === 'max') return quota;
  if (rate <= quota) return rate;
  throw new UsageError(
    `--rate ${rate} is over the quota of AdminSetUserPassword, ${quota} calls a second for the whole account and Region. If yours is higher, say so with --quota.`,
  );
}

/** The SDK's own variables (COGNITO.md 3): such an endpoint is shown and asked for like one of the command line. */
export function endpointOfEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return undefined;
  return env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER ?? env.AWS_ENDPOINT_URL;
}

/** An endpoint without TLS would carry passwords in the clear, so it takes a second word. Throws UsageError. */
export function checkEndpoint(endpoint: string | undefined, allowHttp: boolean): void {
  if (endpoint === undefined) return;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new UsageError('--endpoint-url holds a name or password, which the calls don’t use: leave it out.');
  }
  if (url?.protocol === 'https:') return;
  if (url?.protocol !== 'http:') throw new UsageError(`--endpoint-url ${endpoint} is not an http(s) URL.`);
  if (!allowHttp) {
    throw new UsageError(
      `--endpoint-url ${endpoint} would carry passwords in the clear: use https, or add --allow-http.`,
    );
  }
}

/** Where a run goes when nobody says: runs/2026-11-23T201500Z-users. */
export function defaultRunDirectory(file: string, now: Date): string {
  const name =
    file === '-'
      ? 'stdin'
      : basename(file, extname(file))
          .replace(/[^\w.-]+/g, '-')
          .slice(0, 40);
  return join('runs', `${now.toISOString().slice(0, 19).replaceAll(':', '')}Z-${name}`);
}
