import { hostname } from 'node:os';
import type { Queue } from 'bullmq';
import type { StopReason } from '../../jobs/reset-user.js';
import { endsWithin } from '../ends-within.js';
import type { RunKey } from '../password/run-key.js';
import { type Plan, postPlan, postStop, readPlan, type StopSigner } from './plan.js';

/** How often this process looks whether a worker elsewhere has stopped the run, in ms. */
const LOOK_FOR_STOP = 1_000;
/** How long a run that ends tries to tell the workers elsewhere, in ms. */
const TELL_OTHERS = 3_000;

/** Tells the workers of other processes to end between users; the jobs stay where they are. */
export async function tellOthers(
  queue: Queue,
  board: Queue,
  reason: StopReason,
  of: StopSigner,
): Promise<void> {
  const tell = async () => {
    await queue.pause();
    await postStop(board, { ...reason, host: hostname() }, of);
  };
  // A queue that is out of reach must not keep a person from leaving.
  const told = tell().catch(() => undefined);
  await endsWithin(TELL_OTHERS, told);
}

export interface Others {
  forget(): void;
}

/**
 * Hears when a worker of another process has stopped the run, and posts the plan again should the queue have lost it:
 * for workers elsewhere a run without a plan has ended.
 */
export function hearOthers(
  board: Queue,
  { plan, key, stop }: { plan: Plan; key: RunKey; stop: (reason: StopReason) => void },
): Others {
  let looking = false;
  let forgotten = false;
  const look = async () => {
    const posted = await readPlan(board);
    if (forgotten) return;
    if (posted === undefined) return postPlan(board, plan, key);
    const reason = posted.stop(key);
    if (reason === undefined) return;
    const { host, message, ...rest } = reason;
    stop({ ...rest, message: `${message} (worker on ${host})` });
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    // The queue is out of reach for now; the next look comes in a second.
    look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  }, LOOK_FOR_STOP);
  return {
    forget: () => {
      forgotten = true;
      clearInterval(timer);
    },
  };
}
