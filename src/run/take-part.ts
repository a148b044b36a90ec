import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { RESET_USER, type StopReason } from '../../jobs/reset-user.js';
import type { RunKey } from '../password/run-key.js';
import type { QueueBackend } from '../queue/backend.js';
import type { QueueFault } from '../queue/queue-fault.js';
import { tellOthers } from './others.js';
import { NotAPlanError, type Plan, type PostedPlan, readPlan } from './plan.js';
import { unlessAborted } from './unless-aborted.js';
import type { RunWorker, RunWorkerOptions } from './worker.js';

/** How often a worker looks whether the run is still there, in ms. */
const LOOK_EVERY = 1_000;
/** So many looks without a plan mean that the run has ended; a queue that only lost it has it again after one or two. */
const LOOKS_WITHOUT_PLAN = 4;

export interface Part {
  backend: QueueBackend;
  /** Resolves once the queue can't be worked with. */
  fault: Promise<QueueFault>;
  /** The queue in which the plan lies. */
  board: Queue;
  plan: Plan;
  key: RunKey;
  /** Leave between users. */
  signal: AbortSignal;
  log: Logger;
  start: (heard: Pick<RunWorkerOptions, 'onStop'>) => RunWorker;
}

/** Why a worker leaves. `replaced`: another pool's plan lies where the run's was. */
export type Leaving =
  { kind: 'stopped'; reason: StopReason } | { kind: 'run ended' | 'replaced' | 'interrupted' };

/**
 * Takes jobs of a run while it goes on, and waits while it is stopped.
 *
 * @throws NotAPlanError
 */
export async function takePart(part: Part): Promise<Leaving> {
  const { backend, board, plan, key, signal, log } = part;
  let stopped: StopReason | undefined;
  let worker: RunWorker | undefined;
  let without = 0;
  const onStop = (reason: StopReason) => {
    stopped = reason;
  };
  void part.fault.then(onStop);
  const standBack = async (why: string, error?: string) => {
    if (worker === undefined) return;
    log.info({ error }, why);
    await worker.drain();
    worker = undefined;
  };

  let answered = true;
  const tellIfSilent = () => {
    if (backend.answers() === answered) return;
    answered = !answered;
    if (answered) log.info('the queue answers again');
    else log.warn('waiting: the queue does not answer');
  };
  const silence = setInterval(tellIfSilent, LOOK_EVERY);

  try {
    while (stopped === undefined && !signal.aborted && without < LOOKS_WITHOUT_PLAN) {
      const now = await lookAtPlan(board, signal);
      if (now === 'gone') {
        without += 1;
        await standBack('the run’s plan is not in the queue; waiting for it');
      } else if (now !== 'out of reach') {
        without = 0;
        if (now.plan.pool !== plan.pool) break;
        const stop = now.stop(key);
        if (stop === undefined) worker ??= part.start({ onStop });
        else await standBack('the run has stopped; waiting for it to be resumed', stop.error);
      }
      await sleep(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
    }
  } catch (error) {
    // Of a plan that can't be read. Calls in flight finish all the same.
    await worker?.drain();
    throw error;
  } finally {
    clearInterval(silence);
  }
  const reason = stopped;
  await Promise.all([
    reason === undefined
      ? undefined
      : tellOthers(backend.queue(RESET_USER), board, reason, { run: plan.run, key }),
    worker?.drain(),
  ]);
  if (reason !== undefined) return { kind: 'stopped', reason };
  if (signal.aborted) return { kind: 'interrupted' };
  return { kind: without < LOOKS_WITHOUT_PLAN ? 'replaced' : 'run ended' };
}

async function lookAtPlan(board: Queue, signal: AbortSignal): Promise<PostedPlan | 'gone' | 'out of reach'> {
  try {
    return (await unlessAborted(readPlan(board), signal)) ?? 'gone';
  } catch (error) {
    if (error instanceof NotAPlanError) throw error;
    return 'out of reach';
  }
}
