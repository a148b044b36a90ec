import { Redis as Client } from 'ioredis';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../test/support/redis.js';
import type { Benchmark } from './benchmark.js';
import { inPlace, POOL, withStandIn, writeManifest } from './place.js';
import { runArgs, start } from './program.js';

const FEW = 10_000;
const MANY = 1_000_000;
const MOST = 10_000_000;
const LOOK_EVERY = 200;
const BYTES_PER_MB = 1_000_000;

export const memory: Benchmark = {
  name: 'memory',
  title: `memory of a run of ${MANY.toLocaleString('en-US')} rows, and of its Redis (takes a quarter of an hour)`,
  run: () =>
    inPlace(async (path) =>
      withStandIn(async (standIn) => {
        const peaks: { peak: number; redis: number }[] = [];
        for (const rows of [FEW, MANY]) {
          const manifest = join(path, `${rows}.csv`);
          await writeManifest(manifest, rows);
          const redis = await startRedis({ appendonly: 'everysec' });
          const client = new Client(redis.socketPath);
          try {
            const empty = await usedMemory(client);
            const runDir = join(path, `run-${rows}`);
            const { usage } = await start(
              runArgs({ manifest, runDir, endpoint: standIn.url, queue: redis.url, concurrency: 50 }),
            );
            const most = await mostUntil(usage, () => usedMemory(client));
            peaks.push({ peak: (await usage).peak, redis: most - empty });
          } finally {
            client.disconnect();
            await redis.stop();
          }
        }
        const [few, many] = [peaks[0] ?? NONE, peaks[1] ?? NONE];
        const embedded = await embeddedPeak(path, standIn.url);
        const [planOfMany, planOfMost] = [
          await planPeak(path, MANY, standIn.url),
          await planPeak(path, MOST, standIn.url),
        ];
        return [
          { what: `peak memory of the run, ${FEW} rows`, value: few.peak, unit: 'MB', goal: { atMost: 200 } },
          {
            what: `peak memory of the run, ${MANY} rows`,
            value: many.peak,
            unit: 'MB',
            goal: { atMost: 200 },
          },
          {
            what: 'the same, 1,000,000 rows − 10,000 rows',
            value: many.peak - few.peak,
            unit: 'MB',
            goal: { atMost: 40 },
          },
          {
            what: 'bytes a row from there on (plan of 10,000,000 rows − of 1,000,000)',
            value: ((planOfMost - planOfMany) * BYTES_PER_MB) / (MOST - MANY),
            unit: 'bytes',
            goal: { atMost: 20 },
          },
          { what: `Redis over empty, ${FEW} rows`, value: few.redis, unit: 'MB', goal: { atMost: 20 } },
          { what: `Redis over empty, ${MANY} rows`, value: many.redis, unit: 'MB', goal: { atMost: 20 } },
          {
            what: `peak memory with the embedded queue, ${FEW} rows`,
            value: embedded,
            unit: 'MB',
            goal: { atMost: 550 },
          },
        ];
      }),
    ),
};

const NONE = { peak: Number.NaN, redis: Number.NaN };

async function embeddedPeak(path: string, endpoint: string): Promise<number> {
  const args = runArgs({ manifest: join(path, `${FEW}.csv`), runDir: join(path, 'embedded'), endpoint });
  const { usage } = await start(args);
  return (await usage).peak;
}

/** `plan` reads and checks the file as `run` does, and calls nobody: ten million users would take hours. */
async function planPeak(path: string, rows: number, endpoint: string): Promise<number> {
  const manifest = join(path, `${rows}.csv`);
  if (!existsSync(manifest)) await writeManifest(manifest, rows);
  const args = ['plan', manifest, '--pool-id', POOL, '--endpoint-url', endpoint, '--allow-http', '--json'];
  const { usage } = await start(args);
  return (await usage).peak;
}

async function mostUntil(ended: Promise<unknown>, look: () => Promise<number>): Promise<number> {
  let [most, over] = [0, false];
  const end = ended.finally(() => {
    over = true;
  });
  while (!over) {
    most = Math.max(most, await look());
    await Promise.race([sleep(LOOK_EVERY), end]);
  }
  return most;
}

async function usedMemory(client: Client): Promise<number> {
  const info = await client.info('memory');
  return Number(/used_memory:(\d+)/.exec(info)?.[1]) / BYTES_PER_MB;
}
