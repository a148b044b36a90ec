import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { Worker as Thread } from 'node:worker_threads';
import bullmq from 'bullmq';
import { Pool } from 'pg';
import { endsWithin } from '../ends-within.js';
import { memoryPaceStore, type PaceStore } from '../rate/pace-store.js';
import { userCache } from '../user-cache.js';
import type { BackendOptions, QueueBackend } from './backend.js';
import { EMBEDDED_SCHEMA } from './embedded-schema.js';
import { keptJobs } from './kept-jobs.js';
import { endPool } from './end-pool.js';
import { createMakers } from './makers.js';
import { QueueEndedError } from './queue-fault.js';

/** BullMQ's queue, worker and listening client, and one more for the rest. */
const CONNECTIONS = 6;
/**
 * PGlite has one session for all connections, so a NOTIFY reaches whoever asks next and not the worker that
 * listens (measured: 5 s, BullMQ's whole default, until a job on an empty queue was seen). It looks by itself,
 * in seconds; the queue is empty only at the end of a run.
 */
const LOOK_AGAIN = 0.2;

/** PGlite writes what it has when it is closed; a disk that is full must not keep it, in ms. */
const CLOSE_WITHIN = 5_000;

/** As BullMQ gives back stalled jobs, but in their old place: it would put them last, and the report waits for them. */
const RELEASE_LOCKS = `update bullmq.job set state = 'waiting', lock_token = null, locked_until_ms = null,
  stalled_marked = false where state = 'active'`;

/** PostgreSQL's code for it (errcodes-appendix of its manual). */
const DISK_FULL = '53100';

/** What is still written of events (of the queue, not of jobs) nobody hears; 0 would mean to keep them all. */
const EVENTS_KEPT = 1;
/**
 * PGlite is PostgreSQL without its background processes. Nobody but this clears away dead rows and the write-ahead log:
 * without it, 20,000 rows left 150 MB.
 */
const TIDY = ['vacuum bullmq.job', 'checkpoint'];
/** Clean-ups of finished jobs between two tidyings, which hold up the queue. */
const TIDY_EVERY = 4;

/**
 * A PostgreSQL inside this process (PGlite), its data in the run directory: a queue that needs nothing
 * installed. Only this process can reach it.
 */
export async function openEmbedded({ directory, onError, telemetry }: BackendOptions): Promise<QueueBackend> {
  if (directory === undefined) throw new Error('The embedded queue needs a run directory.');
  const isNew = await prepareDirectory(directory);
  // A unix socket's path holds about 100 characters, and a run directory's may be longer.
  const socketDirectory = await mkdtemp(join(tmpdir(), 'cbr-'));
  const open = () => openDatabase({ directory, socketDirectory, isNew, onError });
  let lost: string | undefined;
  const { thread, pool } = await open()
    .catch(async (error: Error) => {
      // On a full disk what is there is whole, and there is no room for another.
      if (isNew || ('code' in error && error.code === DISK_FULL)) throw error;
      const aside = await makeAnew(directory);
      lost = `the embedded queue could not be opened and was made anew; rows in flight may be called a second time. The old one is in ${aside}.`;
      return open();
    })
    .catch(async (error: Error) => {
      await rm(socketDirectory, { recursive: true, force: true });
      throw error;
    });
  let closing: Promise<void> | undefined;
  // Not `once`, which rejects for an `error` that comes before.
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const gone = exited.then(() => {
    if (closing === undefined) onError(new QueueEndedError('The embedded queue has ended by itself.'));
  });
  thread.on('error', onError);
  const { closeAll, ...makers } = createMakers({
    connection: pool,
    factory: bullmq.createPostgresBackend,
    eventsKept: EVENTS_KEPT,
    drainDelay: LOOK_AGAIN,
    named: (name) => name,
    onError,
    telemetry,
  });
  const paceStores = new Map<string, PaceStore>();
  const kept = keptJobs(0);
  let cleaned = 0;
  const closeOnce = async () => {
    await closeAll();
    await Promise.race([endPool(pool), gone]);
    thread.postMessage('close');
    await endsWithin(CLOSE_WITHIN, gone);
    await thread.terminate();
    await rm(socketDirectory, { recursive: true, force: true });
  };
  const close = () => (closing ??= closeOnce());

  return {
    kind: 'embedded',
    shared: false,
    ...makers,
    paceStore: (calls) => {
      const store = paceStores.get(calls) ?? memoryPaceStore();
      paceStores.set(calls, store);
      return store;
    },
    ...kept,
    forgetFinished: async (queue, addedAt) => {
      await kept.forgetFinished(queue, addedAt);
      cleaned += 1;
      if (cleaned % TIDY_EVERY !== 0) return;
      for (const statement of TIDY) await pool.query(statement);
    },
    mayHaveForgotten: async () => false,
    neighbours: undefined,
    answers: () => true,
    warnings: async () => (lost === undefined ? [] : [lost]),
    destroy: async () => {
      await close();
      await rm(directory, { recursive: true, force: true });
      await rm(`${directory}.broken`, { recursive: true, force: true });
    },
    close,
  };
}

/** Starts its thread, and asks an old one for something: one whose tables are torn starts all the same. */
async function openDatabase({
  directory,
  socketDirectory,
  isNew,
  onError,
}: Pick<BackendOptions, 'onError'> & {
  directory: string;
  socketDirectory: string;
  isNew: boolean;
}): Promise<{ thread: Thread; pool: Pool }> {
  const thread = await startThread(directory, join(socketDirectory, '.s.PGSQL.5432'));
  const pool = new Pool({ host: socketDirectory, database: 'postgres', user: 'postgres', max: CONNECTIONS });
  pool.on('error', onError);
  try {
    // Whoever held these locks is dead, as the run is locked to this process: its jobs need not wait for their end.
    if (!isNew) await pool.query(RELEASE_LOCKS);
    return { thread, pool };
  } catch (error) {
    await endPool(pool);
    await thread.terminate();
    throw error;
  }
}

/** Gives a new run a copy of a prepared data directory: initdb takes seconds, a copy a tenth of one. False if it had one. */
async function prepareDirectory(directory: string): Promise<boolean> {
  if (await exists(directory)) return false;
  const prepared = await preparedDirectory();
  const copying = `${directory}.copying`;
  await rm(copying, { recursive: true, force: true });
  await mkdir(dirname(directory), { recursive: true });
  // Nothing else goes on yet, and the synchronous copy costs half of the other's time (Node 24: 0.65 s of CPU and 1.3 s).
  try {
    cpSync(prepared, copying, { recursive: true });
  } catch {
    // It calls a full disk EIO (Node 24). The other one says what is the matter.
    await rm(copying, { recursive: true, force: true });
    await cp(prepared, copying, { recursive: true });
  }
  // A crash while copying must not leave half a database under the name of a whole one.
  await rename(copying, directory);
  return true;
}

/** Puts a queue that can't be opened (a torn copy, a broken disk) out of the way: what it held is in the report, or done again. */
async function makeAnew(directory: string): Promise<string> {
  const aside = `${directory}.broken`;
  await rm(aside, { recursive: true, force: true });
  await rename(directory, aside);
  await prepareDirectory(directory);
  return aside;
}

/** Counts the ways in which the data directory has been prepared, so that a cache of another is not taken. */
const PREPARED = 7;

/** The prepared data directory: made once for each version of PGlite and BullMQ, kept in the user's cache. */
async function preparedDirectory(): Promise<string> {
  const versions = `pglite-${await versionOf('@electric-sql/pglite')}-bullmq-${await versionOf('bullmq')}-${PREPARED}`;
  const cache = userCache();
  const prepared = join(cache, versions);
  if (await exists(prepared)) return prepared;
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const making = await mkdtemp(`${prepared}.`);
  const thread = new Thread(threadFile, {
    workerData: { directory: making, schema: EMBEDDED_SCHEMA },
  });
  await answer(thread, 'prepared').catch(async (error: Error) => {
    await rm(making, { recursive: true, force: true });
    throw error;
  });
  await once(thread, 'exit');
  await rename(making, prepared).catch(async () => {
    // Another run was faster; its copy is as good.
    await rm(making, { recursive: true, force: true });
  });
  return prepared;
}

const threadFile = new URL(`./embedded-thread${extname(import.meta.url)}`, import.meta.url);

async function startThread(directory: string, socketPath: string): Promise<Thread> {
  const thread = new Thread(threadFile, {
    workerData: { directory, socketPath, connections: CONNECTIONS },
  });
  await answer(thread, 'listening');
  return thread;
}

async function answer(thread: Thread, expected: string): Promise<void> {
  const failed = once(thread, 'exit').then(() => {
    throw new Error(`The embedded queue ended before it was ${expected}.`);
  });
  await Promise.race([once(thread, 'message'), failed]);
  failed.catch(() => undefined);
}

async function versionOf(name: string): Promise<string> {
  const require = createRequire(import.meta.url);
  // Not every package exports its package.json; its entry's directory leads there.
  const entry = require.resolve(name);
  const root = entry.slice(0, entry.lastIndexOf(`node_modules/${name}`) + `node_modules/${name}`.length);
  const { version }: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return version;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
