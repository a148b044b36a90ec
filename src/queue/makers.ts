import bullmq, {
  type BackendFactory,
  type Processor,
  type Queue,
  type QueueEvents,
  type Telemetry,
  type Worker,
  type WorkerOptions,
} from 'bullmq';
import { endsWithin } from '../ends-within.js';

/** The part of a worker's options that a run decides; the rest is the backend's business. */
export type WorkerSettings = Pick<
  WorkerOptions,
  'concurrency' | 'autorun' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount'
>;

export interface Makers {
  queue(name: string): Queue;
  worker<Data, Result>(
    name: string,
    processor: Processor<Data, Result>,
    settings: WorkerSettings,
  ): Worker<Data, Result>;
  events(name: string): QueueEvents;
  /** Closes all that was made; what waits for a queue that does not answer is cut off after a moment. */
  closeAll(): Promise<void>;
}

type Made = Pick<Queue, 'close' | 'disconnect'> & {
  on(event: 'error', listener: (error: Error) => void): unknown;
};

export interface MakerOptions<Connection> {
  connection: Connection;
  /** BullMQ's backend; Redis's own when left out. */
  factory?: unknown;
  /** Of all keys in Redis. */
  prefix?: string;
  /** How many events the store keeps. BullMQ's default of 10,000 would only cost memory: the run reads them at once. */
  eventsKept: number;
  /** How long a worker waits on an empty queue before it looks again, in seconds; BullMQ's default is 5. */
  drainDelay?: number;
  telemetry?: Telemetry | undefined;
  /** The queue's name in the store. */
  named: (name: string) => string;
  onError: (error: Error) => void;
}

/**
 * How long a worker waits before it tells a queue again that went away, in ms. BullMQ's default is 15 s, and meanwhile it does
 * not renew the lock of the job.
 */
const TELL_AGAIN = 500;

/** How long a queue may take to close, in ms: BullMQ waits for it to answer, for ever if need be. */
const CLOSE_WITHIN = 3_000;

/** Makes BullMQ's objects over one connection and remembers them, so that they can be closed together. */
export function createMakers<Connection>(options: MakerOptions<Connection>): Makers {
  const { named, onError, prefix } = options;
  const made: Made[] = [];
  const keep = <T extends Made>(one: T): T => {
    one.on('error', onError);
    made.push(one);
    return one;
  };
  // BullMQ's types tell its backends apart at compile time; which one it is here is known at run time only.
  const base = {
    connection: options.connection as object,
    ...(prefix === undefined ? {} : { prefix }),
    ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
  };
  const factory = options.factory as BackendFactory | undefined;
  const args = (factory === undefined ? [] : [factory]) as [];
  const streams = { events: { maxLen: options.eventsKept } };

  const drain = options.drainDelay === undefined ? {} : { drainDelay: options.drainDelay };

  return {
    queue: (name) => keep(new bullmq.Queue(named(name), { ...base, streams }, ...args)),
    worker: <Data, Result>(name: string, processor: Processor<Data, Result>, settings: WorkerSettings) =>
      keep(
        new bullmq.Worker<Data, Result>(
          named(name),
          processor,
          { ...base, ...drain, ...settings, runRetryDelay: TELL_AGAIN },
          ...args,
        ),
      ),
    events: (name) => keep(new bullmq.QueueEvents(named(name), base, ...args)),
    closeAll: async () => {
      const all = made.splice(0);
      const closed = Promise.allSettled(all.map((one) => one.close()));
      if (await endsWithin(CLOSE_WITHIN, closed)) return;
      for (const one of all) one.disconnect().catch(onError);
    },
  };
}
