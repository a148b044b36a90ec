import type { Queue } from 'bullmq';
import type { Reporter } from '../report/reporter.js';
import type { RunWorker } from './worker.js';

/** A paused run puts off the next call of all workers, again and again, in ms. */
const HOLD_EVERY = 1_000;

/** What can be seen of a run while it runs, and asked of it. */
export interface LiveRun {
  reporter: Reporter;
  pacers: RunWorker['pacers'];
  startedAt: number;
  rowsAtStart: number;
  /** Rows of the input; estimated by its size until it was read to its end. */
  rows(): { rows: number; exact: boolean };
  paused(): boolean;
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
}

/** The part of a live run that pauses it. */
export interface Hold extends Pick<LiveRun, 'paused' | 'pause' | 'proceed'> {
  /** The run ends: what is paused stays so. */
  forget(): void;
}

/** @param pauseFor puts off the next call of all workers, in ms */
export function createHold(queue: Queue, pauseFor: (ms: number) => Promise<unknown>): Hold {
  let hold: NodeJS.Timeout | undefined;
  const forget = () => {
    clearInterval(hold);
    hold = undefined;
  };
  return {
    paused: () => hold !== undefined,
    pause: async () => {
      // The queue gives out no more jobs; those that workers have already wait for a turn that doesn't come.
      await queue.pause();
      hold ??= setInterval(() => void pauseFor(2 * HOLD_EVERY).catch(() => undefined), HOLD_EVERY);
      await pauseFor(2 * HOLD_EVERY);
    },
    proceed: async () => {
      forget();
      await queue.resume();
    },
    forget,
  };
}
