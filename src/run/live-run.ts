import type { Queue } from 'bullmq';
import type { StopReason } from '../../jobs/reset-user.js';
import type { Reporter } from '../report/reporter.js';
import type { RunWorker } from './worker.js';

/** What can be seen of a run while it runs, and asked of it. */
export interface LiveRun {
  reporter: Reporter;
  pacers: RunWorker['pacers'];
  startedAt: number;
  /** Rows of the input; estimated by its size until it was read to its end. */
  rows(): { rows: number; exact: boolean };
  /** Undefined while that is being changed, and when it could be changed by half only: then either may be asked for. */
  paused(): boolean | undefined;
  /** Whether somebody is asked if the other rows shall follow. */
  asking(): boolean;
  /** Sends nothing more, in any worker, until `proceed`; calls in flight finish. */
  pause(): Promise<void>;
  proceed(): Promise<void>;
  /** Whether the queue could be reached at last. */
  queueAnswers(): boolean;
  /** Jobs in the queue, by state. */
  queueDepth(): Promise<Record<string, number>>;
  /** Calls a second from now on, over all workers. */
  setRate(rate: number): Promise<void>;
  /** Ends it between users, as another process has the run from here on. */
  handOver(why: string): void;
  /** Ends it between users: somebody must mend something first. */
  stop(reason: StopReason): void;
}

/** The part of a live run that pauses it. */
export type Hold = Pick<LiveRun, 'paused' | 'pause' | 'proceed'>;

/**
 * What is paused stays so when the run's process ends, or is stopped in its tracks: the pause lies in the queue and in the
 * pace, which all workers share.
 */
export function createHold(queue: Queue, { passwords, updates }: RunWorker['pacers']): Hold {
  const all = updates === undefined ? [passwords] : [passwords, updates];
  let paused: boolean | undefined = false;
  return {
    paused: () => paused,
    pause: async () => {
      paused = undefined;
      // The queue gives out no more jobs; those that workers have already wait for a turn that doesn't come.
      await queue.pause();
      await Promise.all(all.map((pacer) => pacer.hold()));
      paused = true;
    },
    proceed: async () => {
      paused = undefined;
      await Promise.all(all.map((pacer) => pacer.release()));
      await queue.resume();
      paused = false;
    },
  };
}
