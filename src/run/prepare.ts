import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { type Caller, callerOf } from '../cognito/caller.js';
import { createClient } from '../cognito/client.js';
import { describePool, type Pool, regionOfPool } from '../cognito/pool.js';
import { type InputPlace, type Manifest, onlyRows, openManifest } from '../manifest/manifest.js';
import { concurrencyFor } from './concurrency.js';
import type { RetriedRows } from './rows-file.js';
import { type Step, stepsAsked, usersPerSecond } from '../steps.js';
import { entropyBits, type PasswordShape, shapeFor } from '../password/shape.js';
import { type QueueLocation, queueLocation } from '../queue/location.js';
import {
  checkEndpoint,
  endpointOfEnvironment,
  type PlanRequest,
  type RunRequest,
  rateOf,
} from './request.js';

/** A request that was looked at from all sides: the file's head read, the pool asked, nothing sent. */
export interface Prepared<Request extends PlanRequest> {
  request: Request;
  manifest: Manifest;
  pool: Pool;
  client: CognitoIdentityProviderClient;
  region: string;
  endpoint: string | undefined;
  /** Whose credentials these are. */
  caller: Caller | undefined;
  /** Calls a second, over all workers. */
  rate: number;
  /** All steps of each user, if more than passwords were asked. */
  steps: readonly Step[];
  /** At best: each quota that a user's steps take from has its own pace. */
  usersPerSecond: number;
  concurrency: number;
  shape: PasswordShape | undefined;
  /** Of one generated password. */
  entropyBits: number | undefined;
  location: QueueLocation;
  /** The run whose rows this one does again. */
  retryOf: RetryOf | undefined;
}
export interface RetryOf {
  run: string;
  directory: string;
  rows: RetriedRows;
  /** Where that run's own copy of standard input is, if it is sealed: by a key that the new run doesn't have. */
  sealedInput?: InputPlace | undefined;
}
export type PreparedRun = Prepared<RunRequest>;

/**
 * Checks a request before anything is made or sent. `input` is what to read: the file, or standard input's copy.
 * Throws UsageError for what the person must mend.
 */
export async function prepareRun<Request extends PlanRequest>(
  request: Request,
  input: InputPlace,
  retryOf?: RetryOf,
): Promise<Prepared<Request>> {
  const rate = rateOf(request);
  const asked = request.endpoint ?? endpointOfEnvironment(process.env);
  checkEndpoint(asked, request.allowHttp);
  const region = request.region ?? regionOfPool(request.poolId);
  regionOfPool(request.poolId);
  const location = queueLocation(request.queue);
  const file = await openManifest(input.path, {
    sealedBy: input.sealedBy,
    ...(request.column === undefined ? {} : { column: request.column }),
    ...(request.passwordColumn === undefined ? {} : { passwordColumn: request.passwordColumn }),
    ...(request.delimiter === undefined ? {} : { delimiter: request.delimiter }),
    header: request.header,
  });
  const manifest =
    retryOf === undefined ? file : onlyRows(file, retryOf.rows.selection, retryOf.rows.sentBefore);
  const steps = stepsAsked(request);
  const concurrency = request.concurrency ?? concurrencyFor(rate, steps.length || 1);
  const client = createClient({
    region,
    endpoint: asked,
    profile: request.profile,
    allowHttp: request.allowHttp,
  });
  const pool = await describePool(client, request.poolId);
  const endpoint = asked ?? (await endpointOfProfile(client));
  checkEndpoint(endpoint, request.allowHttp);
  const shape =
    request.mode === 'generate'
      ? shapeFor(pool.policy, { length: request.length, alphabet: request.alphabet })
      : undefined;
  return {
    request,
    manifest,
    pool,
    client,
    region,
    endpoint,
    caller: await callerOf(client, { endpoint, profile: request.profile }),
    rate,
    steps,
    usersPerSecond: usersPerSecond(steps, { passwords: rate, updates: request.signOutRate }),
    concurrency,
    shape,
    entropyBits: shape === undefined ? undefined : entropyBits(shape),
    location,
    retryOf,
  };
}

/** An endpoint that the profile sets; the SDK has it once the first call was made. */
async function endpointOfProfile(client: CognitoIdentityProviderClient): Promise<string | undefined> {
  if (client.config.isCustomEndpoint !== true || client.config.endpoint === undefined) return undefined;
  const { protocol, hostname, port } = await client.config.endpoint();
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
}
