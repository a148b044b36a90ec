import { Cluster, Redis } from 'ioredis';
import { UsageError } from '../usage-error.js';
import type { BackendOptions, QueueBackend } from './backend.js';
import type { QueueLocation } from './location.js';
import { EVENTS_KEPT } from './kept-jobs.js';
import { createMakers } from './makers.js';
import { createProbe } from './probe.js';
import { redisNeighbours } from './redis-neighbours.js';
import { redisPaceStore } from './redis-pace-store.js';
import { watchServer } from './server-watch.js';
import { writeTogether } from './write-together.js';

type RedisLocation = Extract<QueueLocation, { kind: 'redis' }>;

/** How long the first answer of Redis may take, in ms, before the run says that nobody is there. */
const FIRST_ANSWER = 5_000;
/**
 * How long Redis may owe an answer, in ms, before the connection counts as dead: a host that slept, or lost its way to
 * Redis, hears of it only when the kernel gives up, some 15 minutes later. BullMQ blocks for 10 s at most.
 */
const SOCKET_TIMEOUT = 15_000;

export async function openRedis(location: RedisLocation, options: BackendOptions): Promise<QueueBackend> {
  const client = await connect(location, options.onError);
  // The braces are a hash tag: in a Redis Cluster all keys of a run live in one slot, which BullMQ's scripts need.
  const prefix = `{cognito-bulk-reset:${options.runId}}`;
  const { closeAll, ...makers } = createMakers({
    connection: client,
    prefix,
    eventsKept: EVENTS_KEPT,
    named: (name) => name,
    onError: options.onError,
    telemetry: options.telemetry,
  });
  const probe = createProbe(() => client.ping());
  const server = await watchServer(client);
  const closeOnce = async () => {
    probe.stop();
    await closeAll();
    client.disconnect();
  };
  let closing: Promise<void> | undefined;
  // Of a connection that is closed already, ioredis would wait for the end: 2 s in which the process can't end either.
  const close = () => (closing ??= closeOnce());

  return {
    kind: 'redis',
    shared: true,
    ...makers,
    paceStore: (calls) => redisPaceStore(client, `${prefix}:pace:${calls}`),
    // At most one window of rows is without a line, so the job of such a row is always among the kept ones.
    jobOptions: (window) => ({ removeOnComplete: { count: 2 * window }, removeOnFail: false }),
    forgetFinished: async () => {},
    mayHaveForgotten: server.changedSince,
    neighbours: redisNeighbours(client),
    answers: probe.answers,
    warnings: () => redisWarnings(client),
    destroy: async () => {
      // Closed first: an open QueueEvents or Worker would write to its keys once more.
      await closeAll();
      await deleteKeys(client, `${prefix}:*`);
      await close();
    },
    close,
  };
}

async function connect(location: RedisLocation, onError: (error: Error) => void): Promise<Redis | Cluster> {
  const settings = {
    // BullMQ asks for it: a blocked read must outlive a reconnection, however many tries it takes.
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(times * 100, 2_000),
    socketTimeout: SOCKET_TIMEOUT,
    reconnectOnError,
    lazyConnect: true,
  };
  const single =
    location.socketPath === undefined
      ? new Redis(location.url, settings)
      : new Redis({ ...settings, path: location.socketPath });
  writeTogether(single);
  const info = await firstAnswer(single, location);
  if (!/cluster_enabled:1/.test(info)) {
    single.on('error', onError);
    return single;
  }
  const { host, port, username, password, tls } = single.options;
  single.disconnect();
  const cluster = new Cluster([{ host, port }], {
    lazyConnect: true,
    redisOptions: {
      maxRetriesPerRequest: null,
      socketTimeout: SOCKET_TIMEOUT,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(tls === undefined ? {} : { tls }),
    },
  });
  cluster.on('+node', writeTogether);
  // The nodes name their own addresses, which may be none that this host can reach.
  await firstAnswer(cluster, location);
  cluster.on('error', onError);
  return cluster;
}

/**
 * After a failover the old primary is a replica that keeps its connections: the name leads to the new one only for who
 * connects anew. The first word of an error is its code in the protocol of Redis. 2: send the command again.
 */
function reconnectOnError({ message }: Error): 2 | false {
  return message.startsWith('READONLY ') ? 2 : false;
}

async function firstAnswer(client: Redis | Cluster, location: RedisLocation): Promise<string> {
  let lastError: Error | undefined;
  const remember = (error: Error) => {
    lastError = error;
  };
  client.on('error', remember);
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('no answer in 5 s')), FIRST_ANSWER).unref();
  });
  try {
    await Promise.race([client.connect(), late]);
    const info = await Promise.race([client.info('cluster'), late]);
    client.off('error', remember);
    return info;
  } catch (error) {
    client.disconnect();
    const reason = lastError ?? error;
    throw new UsageError(
      `The queue at ${location.shown} does not answer (${reason instanceof Error ? reason.message : 'no reason given'}): start Redis there, or leave --queue out to use the embedded queue.`,
    );
  }
}

/** What a Redis may lose, named before the run begins. */
async function redisWarnings(client: Redis | Cluster): Promise<string[]> {
  const info = await client.info().catch(() => '');
  const setting = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const warnings: string[] = [];
  const eviction = setting('maxmemory_policy');
  if (eviction !== undefined && eviction !== 'noeviction') {
    warnings.push(
      `Redis may evict jobs (maxmemory-policy ${eviction}): rows in flight could be called twice. Set it to noeviction.`,
    );
  }
  if (setting('aof_enabled') === '0') {
    warnings.push(
      'Redis has no append-only file: after a crash of Redis, rows in flight are called again. Set appendonly yes.',
    );
  }
  return warnings;
}

async function deleteKeys(client: Redis | Cluster, pattern: string): Promise<void> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  for (const node of nodes) {
    for await (const keys of node.scanStream({ match: pattern, count: 1_000 })) {
      const names: string[] = keys;
      if (names.length > 0) await node.unlink(...names);
    }
  }
}
