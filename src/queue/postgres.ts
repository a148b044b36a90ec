import type { Queue } from 'bullmq';
import { Pool } from 'pg';
import { UsageError } from '../usage-error.js';
import type { BackendOptions, QueueBackend } from './backend.js';
import { EVENTS_KEPT, keptJobs } from './kept-jobs.js';
import type { QueueLocation } from './location.js';
import { endPool } from './end-pool.js';
import { createMakers } from './makers.js';
import { postgresBackend } from './postgres-backend.js';
import { checkClock } from './postgres-clock.js';
import { postgresNeighbours } from './postgres-neighbours.js';
import { PACE_TABLE, postgresPaceStore } from './postgres-pace-store.js';
import { createProbe } from './probe.js';

type PostgresLocation = Extract<QueueLocation, { kind: 'postgres' }>;

/** Clocks of other hosts may differ; a finished job is kept this much longer, in ms. */
const CLOCK_DIFFERENCE = 60_000;

/** A PostgreSQL server as the queue, in BullMQ's own schema `bullmq`; its migrations run on the first connection. */
export async function openPostgres(
  location: PostgresLocation,
  options: BackendOptions,
): Promise<QueueBackend> {
  const pool = new Pool({ connectionString: location.url, connectionTimeoutMillis: 5_000 });
  pool.on('error', options.onError);
  await checkClock(pool, location.shown).catch(async (error: Error) => {
    await endPool(pool);
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `The queue at ${location.shown} does not answer (${error.message}): check the server, or leave --queue out to use the embedded queue.`,
    );
  });
  const { closeAll, ...makers } = createMakers({
    connection: { connectionString: location.url, migrate: true },
    factory: postgresBackend,
    eventsKept: EVENTS_KEPT,
    // PostgreSQL has no prefix: all queues share BullMQ's tables, and the name tells runs apart.
    named: (name) => `${name}.${options.runId}`,
    onError: options.onError,
    telemetry: options.telemetry,
  });

  const probe = createProbe(() => pool.query('select 1'));
  const queues: Queue[] = [];
  const closeOnce = async () => {
    probe.stop();
    await closeAll();
    await endPool(pool);
  };
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeOnce());

  return {
    kind: 'postgres',
    shared: true,
    ...makers,
    queue: (name) => {
      const queue = makers.queue(name);
      queues.push(queue);
      return queue;
    },
    paceStore: (calls) => postgresPaceStore(pool, options.runId, calls),
    ...keptJobs(CLOCK_DIFFERENCE),
    mayHaveForgotten: async () => false,
    neighbours: postgresNeighbours(pool),
    answers: probe.answers,
    warnings: async () => [],
    destroy: async () => {
      probe.stop();
      for (const queue of queues) await queue.obliterate({ force: true });
      await closeAll();
      await pool
        .query(`delete from public.${PACE_TABLE} where split_part(run, ':', 1) = $1`, [options.runId])
        .catch(() => undefined);
      await close();
    },
    close,
  };
}
