import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { postgresPaceStore } from '../../src/queue/postgres-pace-store.js';
import { redisPaceStore } from '../../src/queue/redis-pace-store.js';
import { memoryPaceStore, type PaceStore } from '../../src/rate/pace-store.js';
import { redisClient } from '../support/redis-client.js';

export interface Stores {
  /** Opens the pace of this run once more, over a connection of its own where there are any. */
  open(run: string): PaceStore;
  close(): Promise<void>;
}

export async function memoryStores(): Promise<Stores> {
  const stores = new Map<string, PaceStore>();
  return {
    open: (run) => {
      const store = stores.get(run) ?? memoryPaceStore();
      stores.set(run, store);
      return store;
    },
    close: async () => undefined,
  };
}

export async function redisStores(): Promise<Stores> {
  const keys = new Set<string>();
  const clients: Redis[] = [];
  const connect = () => {
    const client = redisClient();
    clients.push(client);
    return client;
  };
  return {
    open: (run) => {
      const key = `pace-${process.pid}-${run}`;
      keys.add(key);
      return redisPaceStore(connect(), key);
    },
    close: async () => {
      await connect().del(...keys);
      for (const client of clients) client.disconnect();
    },
  };
}

/** A PGlite behind a socket: to the store it is a PostgreSQL server. */
export async function postgresStores(): Promise<Stores> {
  const directory = await mkdtemp(join(tmpdir(), 'pace-'));
  const db = await PGlite.create();
  const server = new PGLiteSocketServer({ db, path: join(directory, '.s.PGSQL.5432'), maxConnections: 20 });
  await server.start();
  const pools: Pool[] = [];
  return {
    open: (run) => {
      const pool = new Pool({ host: directory, database: 'postgres', user: 'postgres', max: 1 });
      pools.push(pool);
      return postgresPaceStore(pool, run, 'calls');
    },
    close: async () => {
      for (const pool of pools) await pool.end();
      await server.stop();
      await db.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
