import type { JobsOptions, Queue, Telemetry } from 'bullmq';
import type { PaceStore } from '../rate/pace-store.js';
import type { QueueLocation } from './location.js';
import type { Makers } from './makers.js';
import type { Neighbours } from './neighbours.js';

/**
 * One of BullMQ's backends, opened for one run. Everything that it makes carries the run's id in its name, so
 * two runs on one Redis never meet.
 */
export interface QueueBackend extends Omit<Makers, 'closeAll'> {
  kind: QueueLocation['kind'];
  /** Whether workers of other processes can take part. */
  shared: boolean;
  /** The pace of one kind of call of this run: each has a quota of its own, and none waits for another. */
  paceStore(calls: string): PaceStore;
  /** How finished jobs are kept until their row is on disk: an outcome must be readable again after a crash. */
  jobOptions(window: number): JobsOptions;
  /** Lets go of finished jobs whose rows are on disk; `addedAt` is when the oldest row without a line was added. */
  forgetFinished(queue: Queue, addedAt: number): Promise<void>;
  /** Other runs on the same queue; undefined where there can be none. */
  neighbours: Neighbours | undefined;
  /**
   * Whether a job that was added then (ms, by this host's clock) may have lost what was known of its calls, as the store
   * is another server's now.
   */
  mayHaveForgotten(addedAt: number): Promise<boolean>;
  /** Whether the queue can be reached, as far as is known just now. */
  answers(): boolean;
  /** What is risky about this queue, in words, for the first screen. */
  warnings(): Promise<string[]>;
  /** Removes all that belongs to this run, and closes. */
  destroy(): Promise<void>;
  close(): Promise<void>;
}

export interface BackendOptions {
  runId: string;
  /** The embedded queue's own directory. */
  directory: string | undefined;
  /** Hears errors of connections: BullMQ and the clients reconnect by themselves. */
  onError: (error: Error) => void;
  /** Traces of queues and workers. */
  telemetry?: Telemetry | undefined;
}
