import { Redis as Client } from 'ioredis';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ended } from '../support/ended.js';
import { redisBinary } from '../support/redis-binary.js';

const SLOTS = 16_384;
const READY_WITHIN = 15_000;
const LOOK_EVERY = 20;

export interface RedisCluster {
  url: string;
  client: Client;
  stop(): Promise<void>;
}

/**
 * A Redis Cluster of one node that holds all slots. Whoever starts it stops it. `announced` is the address
 * under which the node says that it can be reached.
 */
export async function startRedisCluster({ announced = '127.0.0.1' } = {}): Promise<RedisCluster> {
  const dir = await mkdtemp(join(tmpdir(), 'redis-cluster-'));
  const port = await freePort();
  // Without a bus port of its own the cluster takes port + 10000, which may be over 65535.
  const bus = await freePort();
  const child = spawn(
    redisBinary(),
    [
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
      ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-announce-ip', announced],
    ].flat(),
    { stdio: 'ignore' },
  );
  const client = new Client(port, '127.0.0.1', { retryStrategy: () => LOOK_EVERY });
  client.on('error', () => undefined);
  const stop = async () => {
    client.disconnect();
    child.kill('SIGKILL');
    await ended(child);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await client.cluster('ADDSLOTSRANGE', 0, SLOTS - 1);
    const until = performance.now() + READY_WITHIN;
    while (!/cluster_state:ok/.test(await client.cluster('INFO'))) {
      if (performance.now() > until) throw new Error('The Redis Cluster did not become ready.');
      await delay(LOOK_EVERY);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, client, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('No free port.');
  return address.port;
}
