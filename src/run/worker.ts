import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import bullmq from 'bullmq';
import type { Logger } from 'pino';
import type { ResetUserData } from '../../jobs/job-data.js';
import {
  createResetUser,
  type JobResult,
  REFUSED,
  type ResetUserContext,
  RESET_USER,
  type StopReason,
} from '../../jobs/reset-user.js';
import { renewingCredentials } from '../cognito/credentials.js';
import { endsWithin } from '../ends-within.js';
import type { Outcome } from '../outcome.js';
import type { RunKey } from '../password/run-key.js';
import type { QueueBackend } from '../queue/backend.js';
import { createCallsInFlight } from './calls-in-flight.js';
import { concurrencyFor, MOST_AT_ONCE } from './concurrency.js';
import { createHeldLocks } from './held-locks.js';
import { createKeptAnswers } from './kept-answers.js';
import type { Plan } from './plan.js';
import { silence } from './silence.js';
import { createPacers, type Pacers, userSteps } from './user-steps.js';

/** A worker that died gives its jobs to the others after at most this long, in ms, and one look for stalled jobs. */
const LOCK_DURATION = 10_000;
const STALLED_INTERVAL = 3_000;
/** How long calls in flight may take to finish, in ms: a call's own deadline, and a moment more. */
const CALLS_FINISH = 16_000;
/** How long the queue, which then hears of their outcomes and takes back the other rows, may be out of reach meanwhile, in ms. */
const QUEUE_IS_AWAY = 3_000;
/**
 * How long it may answer and yet tell of no outcome that it took, in ms. On PostgreSQL, BullMQ has ten connections and asks for
 * one a second time before it tells: of a slow server nothing was heard for 3.1 s, in which it had taken 15 outcomes.
 */
const QUEUE_IS_SLOW = 10_000;
/** A job that was interrupted is never given up: its row must have an outcome. PostgreSQL keeps the count in 32 bits. */
const NEVER_GIVE_UP = 2 ** 31 - 1;

export interface RunWorkerOptions {
  backend: QueueBackend;
  plan: Plan;
  key: RunKey;
  client: CognitoIdentityProviderClient;
  /** Users at once; as many as the rate needs when left out, whatever it becomes. */
  concurrency: number | undefined;
  log: Logger;
  /** Whether a user must not be reset: the last look before a call. */
  isProtected: (username: string) => boolean;
  /** A job of this worker has ended: with its row's outcome, or refused because it is none of the run's. */
  onResult: (jobId: string, result: Outcome | typeof REFUSED) => void;
  onStop: (reason: StopReason) => void;
  onCall?: ResetUserContext['onCall'];
}

export interface RunWorker {
  pacers: Pacers;
  /** Ends between users: calls in flight finish, rows that wait for their turn go back to the queue. */
  drain(): Promise<void>;
}

/** Starts the worker of this process: it takes jobs of the run until it is drained. */
export function startWorker(options: RunWorkerOptions): RunWorker {
  const { backend, plan, client, log } = options;
  const halt = new AbortController();
  const pacers = createPacers(backend, plan);
  const stop = (reason: StopReason) => {
    if (halt.signal.aborted) return;
    // Paused first: a job that goes back to the queue must not be fetched again by this very worker.
    worker.pause(true).catch(() => undefined);
    halt.abort();
    options.onStop(reason);
  };
  const concurrency = () =>
    options.concurrency ?? concurrencyFor(pacers.passwords.view().limit, plan.steps?.asked.length);
  const calls = createCallsInFlight();
  /** `performance.now()` when the queue last heard what became of a job. */
  let queueHeardAt = Number.NEGATIVE_INFINITY;
  const locks = createHeldLocks(LOCK_DURATION);
  // Those in hand, and as many that were so when the queue went.
  const answers = createKeptAnswers(2 * (options.concurrency ?? MOST_AT_ONCE));
  const resetUser = createResetUser({
    run: plan.run,
    pool: plan.pool,
    permanent: plan.permanent,
    key: options.key,
    passwords: plan.passwords,
    isProtected: options.isProtected,
    steps: userSteps(plan, pacers, client, calls),
    renewCredentials: renewingCredentials(client),
    refusals: { inARow: 0 },
    signal: halt.signal,
    endpoint: { lastAnswerAt: Number.NEGATIVE_INFINITY },
    onCall: options.onCall,
    stop,
    mayHaveForgotten: (job) => backend.mayHaveForgotten(job.timestamp),
    stillHolds: async (job, token = '') => {
      const id = job.id ?? '';
      if (locks.isSure(id, token)) return true;
      const asked = locks.now();
      // A queue that doesn't answer can't tell whose it is; then it is nobody's, and is given out again.
      if ((await job.extendLock(token, LOCK_DURATION).catch(() => 0)) === 1) locks.extended(id, token, asked);
      // Asked again, as this process may have taken the job anew while the answer was on its way.
      const holds = locks.isSure(id, token);
      if (!holds) log.warn({ job: id }, 'its lock ended while it waited: whoever has it now does it');
      return holds;
    },
  });
  const worker = backend.worker<ResetUserData, JobResult>(
    RESET_USER,
    async (job, token = '') => {
      // Another rate may have been asked for meanwhile.
      worker.concurrency = concurrency();
      const id = job.id ?? '';
      // BullMQ notes the time by this process's clock when it asks for a job.
      locks.taken(id, token, locks.now(Math.max(0, Date.now() - (job.processedOn ?? 0))));
      try {
        // Its lock may have ended while its call is under way here. That try sends nothing more, but may get its answer.
        await answers.ended(id);
        const known = answers.of(id);
        if (known !== undefined) {
          log.info(
            { job: id },
            'the queue gave it out again, and its answer is known: nothing more is sent for it',
          );
          return known;
        }
        return await answers.keep(id, resetUser(job, token));
      } catch (error) {
        if (error instanceof bullmq.WaitingError) {
          queueHeardAt = performance.now();
        } else if (!halt.signal.aborted) {
          log.error({ err: error, job: id }, 'a job broke');
          stop({
            error: 'UnexpectedError',
            message: error instanceof Error ? error.message : 'no reason given',
          });
        }
        throw error;
      } finally {
        locks.forget(id, token);
      }
    },
    {
      concurrency: concurrency(),
      lockDuration: LOCK_DURATION,
      stalledInterval: STALLED_INTERVAL,
      maxStalledCount: NEVER_GIVE_UP,
    },
  );
  const extendJobLocks = worker.extendJobLocks.bind(worker);
  // Its event `locksRenewed` tells neither when they were asked for nor the tokens.
  worker.extendJobLocks = async (jobIds, tokens, duration) => {
    const asked = locks.now();
    const lost = await extendJobLocks(jobIds, tokens, duration);
    for (const [n, id] of jobIds.entries()) {
      if (!lost.includes(id)) locks.extended(id, tokens[n] ?? '', asked);
    }
    return lost;
  };
  worker.on('completed', (job, result) => {
    queueHeardAt = performance.now();
    if (job.id === undefined) return;
    answers.forget(job.id);
    if (result === REFUSED) log.warn({ job: job.id }, 'a job in the queue was not made by this run; refused');
    options.onResult(job.id, result === REFUSED ? REFUSED : result.outcome);
  });

  return {
    pacers,
    drain: async () => {
      await worker.pause(true);
      halt.abort();
      const ended = endsWithin(CALLS_FINISH, calls.ended());
      // Closed after its calls: BullMQ gives up the connection that shows this worker to others before its jobs have ended.
      const closed = ended.then(() => worker.close()).then(() => true);
      const patience = () => (backend.answers() ? QUEUE_IS_SLOW : QUEUE_IS_AWAY);
      const late = ended.then(() => silence(() => queueHeardAt, patience)).then(() => false);
      // What is still under way is left as unknown and done again on resume.
      if (!(await Promise.race([closed, late]))) log.warn('rows in flight were left behind');
    },
  };
}
