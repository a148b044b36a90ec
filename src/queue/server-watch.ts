import { Cluster, type Redis } from 'ioredis';

export interface ServerWatch {
  /** Whether the store went from one server to another since then; `time` by this host's clock, in ms. */
  changedSince(time: number): Promise<boolean>;
}

/**
 * Tells whether Redis is still the server that it was. After a failover (or a restart from an older file) another one
 * has the queue, and replication is asynchronous: what the old one had taken last may be missing there, with no sign
 * of it (https://redis.io/docs/latest/operate/oss_and_stack/management/replication/). `run_id` is each server's own.
 */
export async function watchServer(client: Redis | Cluster): Promise<ServerWatch> {
  let server = await serverOf(client);
  let changedAt = Number.NEGATIVE_INFINITY;
  const look = async () => {
    const now = await serverOf(client).catch(() => server);
    if (now !== server) changedAt = Date.now();
    server = now;
  };
  client.on('ready', () => void look());
  return {
    changedSince: async (time) => {
      await look();
      return time <= changedAt;
    },
  };
}

async function serverOf(client: Redis | Cluster): Promise<string> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const infos = await Promise.all(nodes.map((node) => node.info('server')));
  return infos
    .map((info) => /^run_id:(\w+)/m.exec(info)?.[1] ?? '')
    .sort()
    .join();
}
