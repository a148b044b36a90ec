import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { Queue } from 'bullmq';
import { pino } from 'pino';
import { inject, onTestFinished } from 'vitest';
import { jobIdOf } from '../../jobs/job-id.js';
import { type ResetUserData, signJob, type UnsignedData } from '../../jobs/job-data.js';
import { REFUSED, RESET_USER, type StopReason } from '../../jobs/reset-user.js';
import type { Outcome } from '../../src/outcome.js';
import { policyOf } from '../../src/password/policy.js';
import { keyFingerprint, RunKey } from '../../src/password/run-key.js';
import { shapeFor } from '../../src/password/shape.js';
import { openBackend } from '../../src/queue/open-backend.js';
import type { QueueBackend } from '../../src/queue/backend.js';
import { queueLocation } from '../../src/queue/location.js';
import type { Plan } from '../../src/run/plan.js';
import type { Step } from '../../src/steps.js';
import { type RunWorker, startWorker } from '../../src/run/worker.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';

export const POOL = 'eu-west-1_Jobs1';
export const KEY = new RunKey(new Uint8Array(32).fill(7));
/** The client's own 10 s would only make the tests wait. */
const REQUEST_TIMEOUT = 400;

export type BackendKind = 'embedded' | 'redis';

export interface JobRunOptions {
  kind: BackendKind;
  mode?: 'generate' | 'password-column';
  /** All steps, if more than the password. */
  steps?: Step[];
  /** Calls in flight. @default 4 */
  concurrency?: number;
}

/** One run's queue, its worker as the program starts it, and a pool with a password history of 24. */
export interface JobRun {
  standIn: StandIn;
  backend: QueueBackend;
  queue: Queue;
  runId: string;
  /** As the program puts a row into the queue; `more` replaces fields before the job is signed. */
  add(row: number, username: string, more?: Partial<UnsignedData>): Promise<void>;
  /** As somebody else who can write to the queue does; `more` replaces fields of a signed job. */
  forge(row: number, username: string, more?: Partial<ResetUserData>): Promise<void>;
  /** Starts a worker of this process. */
  work(): RunWorker;
  /** Resolves when this job has its outcome. */
  outcome(row: number): Promise<Outcome>;
  /** The jobs that have their outcome. */
  outcomes: ReadonlyMap<string, Outcome>;
  /** The jobs that the worker refused. */
  refused: readonly string[];
  /** Resolves when the worker stopped the run. */
  stopped: Promise<StopReason>;
  close(): Promise<void>;
}

/** Who must not be reset in each of these runs. */
export const PROTECTED = 'user-999';

let runs = 0;

/** Starts one that is closed when its test is over. */
export async function jobRun(options: JobRunOptions): Promise<JobRun> {
  const run = await startJobRun(options);
  onTestFinished(run.close);
  return run;
}

/** Starts one that its caller closes, as a test must that runs beside others. */
export async function startJobRun({
  kind,
  mode = 'generate',
  steps,
  concurrency = 4,
}: JobRunOptions): Promise<JobRun> {
  const policy = { MinimumLength: 12, PasswordHistorySize: 24 };
  const standIn = await startStandIn({
    pools: [{ id: POOL, policy, generated: { pattern: 'user-%d', count: 1_000 } }],
  });
  const directory = await mkdtemp(join(tmpdir(), 'job-run-'));
  runs += 1;
  const runId = `jobs-${process.pid}-${runs}`;
  const backend = await openBackend(queueLocation(kind === 'redis' ? inject('redisUrl') : undefined), {
    runId,
    directory: join(directory, 'queue'),
    onError: () => undefined,
  });
  const queue = backend.queue(RESET_USER);
  const client = new CognitoIdentityProviderClient({
    endpoint: standIn.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test-secret' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: REQUEST_TIMEOUT, throwOnRequestTimeout: true },
  });
  const outcomes = new Map<string, Outcome>();
  const refused: string[] = [];
  const waiting = new Map<string, (outcome: Outcome) => void>();
  const stop = Promise.withResolvers<StopReason>();
  const workers: RunWorker[] = [];

  const trueData = (row: number, username: string) => ({ run: runId, pool: POOL, row, username });
  const put = async (row: number, data: ResetUserData) => {
    await queue.add(RESET_USER, data, { ...backend.jobOptions(100), jobId: jobIdOf(row) });
  };

  return {
    standIn,
    backend,
    queue,
    runId,
    outcomes,
    refused,
    stopped: stop.promise,
    add: (row, username, more = {}) => put(row, signJob(KEY, { ...trueData(row, username), ...more })),
    forge: (row, username, more = {}) => put(row, { ...signJob(KEY, trueData(row, username)), ...more }),
    work: () => {
      const worker = startWorker({
        backend,
        plan: {
          ...planOf(runId, mode, policyOf({ Policies: { PasswordPolicy: policy } })),
          ...(steps && { steps: { asked: steps, rate: 1_000 } }),
        },
        key: KEY,
        client,
        concurrency,
        log: pino({ level: 'silent' }),
        isProtected: (username) => username === PROTECTED,
        onResult: (id, outcome) => {
          if (outcome === REFUSED) return void refused.push(id);
          outcomes.set(id, outcome);
          waiting.get(id)?.(outcome);
        },
        onStop: stop.resolve,
      });
      workers.push(worker);
      return worker;
    },
    outcome: (row) => {
      const id = jobIdOf(row);
      const known = outcomes.get(id);
      return known === undefined
        ? new Promise((resolve) => waiting.set(id, resolve))
        : Promise.resolve(known);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.drain()));
      await backend.destroy();
      client.destroy();
      await standIn.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function planOf(
  run: string,
  mode: 'generate' | 'password-column',
  policy: ReturnType<typeof policyOf>,
): Plan {
  return {
    version: 1,
    run,
    pool: POOL,
    permanent: true,
    rate: 1_000,
    keyFingerprint: keyFingerprint(KEY),
    passwords: mode === 'generate' ? { mode, shape: shapeFor(policy) } : { mode },
  };
}
