import bullmq, { type Job } from 'bullmq';
import {
  type Answer,
  type Call,
  type CallContext,
  callUntilAnswered,
} from '../src/cognito/call-until-answered.js';
import { REFUSALS_THAT_STOP } from '../src/cognito/errors.js';
import type { SetPasswordInput } from '../src/cognito/set-password.js';
import { addCalls, type Calls, type Outcome } from '../src/outcome.js';
import { derivePassword } from '../src/password/derive.js';
import { discardedPassword } from '../src/password/discard.js';
import type { RunKey } from '../src/password/run-key.js';
import { SealBrokenError, unsealPassword } from '../src/password/seal.js';
import type { Secret } from '../src/password/secret.js';
import type { PasswordShape } from '../src/password/shape.js';
import { protectedOutcome } from '../src/protect/protection.js';
import type { Pacer } from '../src/rate/pacer.js';
import { STEP_CALLS, type Step, STEPS, type StepState, type StepStates } from '../src/steps.js';
import { type SignedOutcome, signOutcome } from './authentic.js';
import { type OwnData, ownData, type ResetUserData, signJob } from './job-data.js';

export const RESET_USER = 'reset-user';

/** What a job comes to: an outcome for its row, or nothing, because it is no job of this run. */
export type JobResult = SignedOutcome | typeof REFUSED;
export const REFUSED = 'refused';

/** Where the passwords of a run come from. */
export type PasswordSource =
  { mode: 'generate'; shape: PasswordShape } | { mode: 'password-column' } | { mode: 'discard' };

export interface StopReason {
  /** The exception's name, or one of this program's own. */
  error: string;
  message: string;
  requestId?: string | undefined;
  /** The operation that was refused; absent for what is none of the service's. */
  call?: string | undefined;
}

/** One thing that is done to each user. */
export interface UserStep {
  name: Step;
  send: (input: SetPasswordInput) => Promise<string | undefined>;
  /** Of the quota that it uses. */
  pacer: Pacer;
}

/** One call for a user. */
export interface UserCall extends Call {
  /** As the service names it. */
  operation: string;
}

export interface ResetUserContext extends Omit<CallContext, 'stillHolds' | 'pacer' | 'onCall'> {
  /** Hears of each call, for the metrics. */
  onCall?: ((call: UserCall) => void) | undefined;
  run: string;
  pool: string;
  permanent: boolean;
  key: RunKey;
  passwords: PasswordSource;
  /** Whether a user must not be reset. Their rows don't come into the queue; this is for what was in it before. */
  isProtected: (username: string) => boolean;
  /** The password alone, or all that was asked, in order. */
  steps: readonly UserStep[];
  /** Users refused as NotAuthorized in a row, over all jobs of this process. */
  refusals: { inARow: number };
  /** Whether the job's lock is still this worker's. */
  stillHolds: (job: Job<ResetUserData>, token: string | undefined) => Promise<boolean>;
  /** Whether the queue may have lost that a call was sent for this job. */
  mayHaveForgotten: (job: Job<ResetUserData>) => Promise<boolean>;
  /** Stops the run: nothing more is sent, and the rows in flight go back to the queue. */
  stop: (reason: StopReason) => void;
}

/** The whole of what happens to one user: make the password, do each step, say what came of it. */
export function createResetUser(context: ResetUserContext) {
  return async (job: Job<ResetUserData>, token?: string): Promise<JobResult> => {
    let data = ownData(job, context);
    // The row's true job may have been overwritten: the run, which knows it, puts it back.
    if (data === undefined) return REFUSED;
    const { row } = data;
    const sign = (outcome: Outcome) => signOutcome(context.key, { run: context.run, row }, outcome);
    const sentBefore = data.maybeSent || job.attemptsStarted - 1 > data.unsent;
    if (context.isProtected(data.username)) {
      const { done } = data;
      return sign({
        ...protectedOutcome(sentBefore || done.length > 0),
        ...statesOf(context, done, sentBefore ? STEPS : []),
      });
    }
    const password = passwordFor(context, data);
    if (password === 'broken') {
      const { calls, done } = data;
      // What was done for this user before stays done, and `enable` looks for it in the report.
      return sign({
        ...SEAL_BROKEN,
        ...(calls && { calls }),
        ...statesOf(context, done, sentBefore ? STEPS : []),
      });
    }

    const { pool: poolId, permanent, steps } = context;
    const { username } = data;
    let calls: Calls | undefined = data.calls;
    let sent = false;
    for (const step of steps) {
      if (data.done.includes(step.name)) continue;
      const answer = await callUntilAnswered(() => step.send({ poolId, username, password, permanent }), {
        ...context,
        pacer: step.pacer,
        stillHolds: () => context.stillHolds(job, token),
        onCall: (call) => context.onCall?.({ ...call, operation: STEP_CALLS[step.name] }),
      });
      // BullMQ does nothing more about a job that says it waits, and this one waits with another worker.
      if (answer.kind === 'lost') throw new bullmq.WaitingError();
      if ('calls' in answer) calls = addCalls(calls, answer.calls);
      sent = true;
      const wasSent = async () => sentBefore || context.mayHaveForgotten(job);
      const came = await whatCame(step, answer, { ...data, wasSent }, context);
      if (came === 'back') return giveBack(job, token, data, answer, context);
      if (came !== 'done') {
        const unsure = 'maybeApplied' in answer && answer.maybeApplied ? [step.name] : [];
        return sign({ ...came, ...(calls && { calls }), ...statesOf(context, data.done, unsure) });
      }
      data = { ...data, done: [...data.done, step.name], ...(calls && { calls }) };
      // Remembered, so that a worker which takes over goes on from here; a queue out of reach only costs the step again.
      if (step !== steps.at(-1)) await job.updateData(signJob(context.key, data)).catch(() => undefined);
    }
    // The run makes no job of which nothing is left to do.
    return calls === undefined || !sent ? REFUSED : sign({ status: 'succeeded', calls });
  };
}

/** Back to the queue, unharmed: what is known of this try goes with it. */
async function giveBack(
  job: Job<ResetUserData>,
  token: string | undefined,
  data: OwnData,
  answer: Answer,
  { key }: ResetUserContext,
): Promise<never> {
  if (!('maybeApplied' in answer && answer.maybeApplied)) {
    await job.updateData(signJob(key, { ...data, unsent: data.unsent + 1 }));
  }
  await job.moveToWait(token);
  // BullMQ's PostgreSQL backend puts it last (Redis: first), and the report could not go on before a window of others.
  await job.changePriority({ priority: 0, lifo: true });
  throw new bullmq.WaitingError();
}

function passwordFor({ key, passwords, pool }: ResetUserContext, data: OwnData): Secret | 'broken' {
  const owner = { poolId: pool, username: data.username, row: data.row };
  switch (passwords.mode) {
    case 'generate':
      return derivePassword(key, owner, passwords.shape);
    case 'discard':
      return discardedPassword();
    case 'password-column':
      try {
        return unsealPassword(key, owner, data.sealed ?? '');
      } catch (error) {
        if (error instanceof SealBrokenError) return 'broken';
        throw error;
      }
  }
}

/** Whether the step is done, the row has failed by it, or goes back to the queue. */
async function whatCame(
  step: UserStep,
  answer: Exclude<Answer, { kind: 'lost' }>,
  { done, wasSent }: { done: readonly Step[]; wasSent: () => Promise<boolean> },
  context: ResetUserContext,
): Promise<'done' | 'back' | Extract<Outcome, { status: 'failed' }>> {
  const { refusals } = context;
  const call = STEP_CALLS[step.name];
  switch (answer.kind) {
    case 'applied':
      refusals.inARow = 0;
      return 'done';
    case 'refused': {
      const { error, message } = answer;
      // The pool has seen this very password: an earlier call whose answer got lost was applied.
      const own = error === 'PasswordHistoryPolicyViolationException';
      if (own && (answer.maybeApplied || (await wasSent()))) return 'done';
      // Where a call for this very user was applied before, the pool and the credentials are right: how the service answers
      // for a user who was just disabled is not documented.
      if (error === 'NotAuthorizedException' && done.length === 0) {
        refusals.inARow += 1;
        if (refusals.inARow >= REFUSALS_THAT_STOP) {
          context.stop({ error, message, requestId: answer.calls.requestId, call });
          return 'back';
        }
      }
      const which = step.name === 'password_set' ? '' : `${call}: `;
      return { status: 'failed', error, message: `${which}${message}` };
    }
    case 'stopped':
      context.stop({ error: answer.error, message: answer.message, requestId: answer.requestId, call });
      return 'back';
    case 'interrupted':
      return 'back';
  }
}

/** Which steps of a row are done for which nothing more is sent. A plain run has only one, and its status says it. */
function statesOf(
  { steps }: ResetUserContext,
  done: readonly Step[],
  unsure: readonly Step[],
): { steps?: StepStates } {
  if (steps.length === 1) return {};
  const stateOf = (step: Step): StepState =>
    done.includes(step) ? 'yes' : unsure.includes(step) ? 'unknown' : 'no';
  return { steps: Object.fromEntries(steps.map(({ name }) => [name, stateOf(name)])) };
}

const SEAL_BROKEN = {
  status: 'failed',
  error: 'SealBroken',
  message: 'The sealed password was changed in the queue; nothing more was sent for it.',
} satisfies Outcome;
