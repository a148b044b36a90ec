import bullmq, { type Job } from 'bullmq';
import { z } from 'zod';
import { type Answer, type CallContext, callUntilAnswered } from '../src/cognito/call-until-answered.js';
import type { SetPassword } from '../src/cognito/set-password.js';
import type { Outcome } from '../src/outcome.js';
import { derivePassword } from '../src/password/derive.js';
import { discardedPassword } from '../src/password/discard.js';
import type { RunKey } from '../src/password/run-key.js';
import { SealBrokenError, unsealPassword } from '../src/password/seal.js';
import type { Secret } from '../src/password/secret.js';
import type { PasswordShape } from '../src/password/shape.js';

export const RESET_USER = 'reset-user';

/** What a job carries: whom to reset, and never a password in the clear. */
export const resetUserSchema = z.object({
  run: z.string(),
  pool: z.string(),
  row: z.int().positive(),
  username: z.string().min(1),
  /** The row's own password, sealed for this row and user; only with `--password-column`. */
  sealed: z.string().optional(),
  /** How many workers gave this job back with certainty that no call of theirs was applied. */
  unsent: z.int().nonnegative().default(0),
  /** The queue had lost this job, and with it whether a call was sent before. */
  maybeSent: z.boolean().default(false),
});
export type ResetUserData = z.input<typeof resetUserSchema>;

/** Where the passwords of a run come from. */
export type PasswordSource =
  | { mode: 'generate'; key: RunKey; shape: PasswordShape }
  | { mode: 'password-column'; key: RunKey }
  | { mode: 'discard' };

export interface StopReason {
  /** The exception's name, or one of this program's own. */
  error: string;
  message: string;
  requestId?: string | undefined;
}

export interface ResetUserContext extends Omit<CallContext, 'stillHolds'> {
  run: string;
  pool: string;
  permanent: boolean;
  passwords: PasswordSource;
  setPassword: SetPassword;
  /** Users refused as NotAuthorized in a row, over all jobs of this process. */
  refusals: { inARow: number };
  /** Whether the job's lock is still this worker's. */
  stillHolds: (job: Job<ResetUserData>, token: string | undefined) => Promise<boolean>;
  /** Stops the run: nothing more is sent, and the rows in flight go back to the queue. */
  stop: (reason: StopReason) => void;
}

/** One refusal is a user's, five with no success between them are the run's fault (DESIGN.md). */
const REFUSALS_THAT_STOP = 5;

/** The whole of what happens to one user: make the password, set it, say what came of it. */
export function createResetUser(context: ResetUserContext) {
  return async (job: Job<ResetUserData>, token?: string): Promise<Outcome> => {
    const parsed = resetUserSchema.safeParse(job.data);
    if (!parsed.success || parsed.data.run !== context.run || parsed.data.pool !== context.pool) {
      return ownFailure(
        'JobRefused',
        'The job in the queue is not one of this run; nothing was sent for it.',
      );
    }
    const data = parsed.data;
    const password = passwordFor(context, data);
    if (password === 'broken') {
      return ownFailure(
        'SealBroken',
        'The sealed password was changed in the queue; nothing was sent for it.',
      );
    }
    const { pool, permanent, setPassword } = context;
    const send = () => setPassword({ poolId: pool, username: data.username, password, permanent });
    const answer = await callUntilAnswered(send, {
      ...context,
      stillHolds: () => context.stillHolds(job, token),
    });
    // BullMQ does nothing more about a job that says it waits, and this one waits with another worker.
    if (answer.kind === 'lost') throw new bullmq.WaitingError();
    const sentBefore = data.maybeSent || job.attemptsStarted - 1 > data.unsent;
    const outcome = outcomeOf(answer, sentBefore, context);
    if (outcome !== undefined) return outcome;

    // Back to the queue, unharmed: what is known of this try goes with it.
    if (!('maybeApplied' in answer && answer.maybeApplied)) {
      await job.updateData({ ...data, unsent: data.unsent + 1 });
    }
    await job.moveToWait(token);
    // BullMQ's PostgreSQL backend puts it last (Redis: first), and the report could not go on before a window of others.
    await job.changePriority({ priority: 0, lifo: true });
    throw new bullmq.WaitingError();
  };
}

function passwordFor(
  { passwords, pool }: ResetUserContext,
  data: z.output<typeof resetUserSchema>,
): Secret | 'broken' {
  const owner = { poolId: pool, username: data.username, row: data.row };
  switch (passwords.mode) {
    case 'generate':
      return derivePassword(passwords.key, owner, passwords.shape);
    case 'discard':
      return discardedPassword();
    case 'password-column':
      try {
        return unsealPassword(passwords.key, owner, data.sealed ?? '');
      } catch (error) {
        if (error instanceof SealBrokenError) return 'broken';
        throw error;
      }
  }
}

/** The row's outcome, or undefined when the row goes back to the queue. */
function outcomeOf(
  answer: Exclude<Answer, { kind: 'lost' }>,
  sentBefore: boolean,
  context: ResetUserContext,
): Outcome | undefined {
  switch (answer.kind) {
    case 'applied':
      context.refusals.inARow = 0;
      return { status: 'succeeded', calls: answer.calls };
    case 'refused': {
      // The pool has seen this very password: an earlier call whose answer got lost was applied.
      const own = answer.error === 'PasswordHistoryPolicyViolationException';
      if (own && (answer.maybeApplied || sentBefore)) return { status: 'succeeded', calls: answer.calls };
      if (answer.error === 'NotAuthorizedException') {
        context.refusals.inARow += 1;
        if (context.refusals.inARow >= REFUSALS_THAT_STOP) {
          context.stop({ error: answer.error, message: answer.message, requestId: answer.calls.requestId });
          return undefined;
        }
      }
      const { error, message, retryable, calls } = answer;
      return { status: 'failed', error, message, retryable, calls };
    }
    case 'stopped':
      context.stop({ error: answer.error, message: answer.message, requestId: answer.requestId });
      return undefined;
    case 'interrupted':
      return undefined;
  }
}

function ownFailure(error: string, message: string): Outcome {
  return { status: 'failed', error, message, retryable: false };
}
