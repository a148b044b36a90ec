import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRedis } from '../test/support/redis.js';
import { type Benchmark, byTurns, figure, ratio } from './benchmark.js';
import { inPlace, withStandIn, writeManifest } from './place.js';
import { runArgs, start, type Usage } from './program.js';

const ROUNDS = 5;
const RATE = 30;
const ROWS = 600;

/** A bare loop at the same rate, in a process of its own like the run. */
const PACED_LOOP = fileURLToPath(new URL('paced-loop.ts', import.meta.url));
const HOOKS = new URL('../test/support/stand-in/ts-hooks.mjs', import.meta.url).href;

export const processor: Benchmark = {
  name: 'processor',
  title:
    'processor time of a user at --rate 30 ÷ that of a bare loop at the same rate, start and end included',
  run: () =>
    inPlace(async (path) => {
      const redis = await startRedis({ appendonly: 'everysec' });
      try {
        return await withStandIn(async (standIn) => {
          const manifest = join(path, 'users.csv');
          await writeManifest(manifest, ROWS);
          let runs = 0;
          const run = (queue?: string) => async () => {
            runs += 1;
            const runDir = join(path, `run-${runs}`);
            const env = { XDG_CACHE_HOME: join(path, 'cache') };
            const args = runArgs({ manifest, runDir, endpoint: standIn.url, queue, rate: RATE });
            return (await start(args, { env })).usage;
          };
          const bare = async () => {
            const args = [standIn.url, String(ROWS), String(RATE)];
            return (await start(args, { entry: PACED_LOOP, nodeArgs: ['--import', HOOKS] })).usage;
          };
          const sides = { bare, redis: run(redis.url), embedded: run() };
          // At the same time: at this rate each waits most of it, and processor time is counted for each alone.
          const together = async () => {
            const [bare, redis, embedded] = await Promise.all([
              sides.bare(),
              sides.redis(),
              sides.embedded(),
            ]);
            return { bare, redis, embedded };
          };
          const rounds = (await byTurns(ROUNDS, { together })).map(({ together }) => together);
          const cpu = ({ cpu }: Usage) => cpu / ROWS;
          return [
            ratio(
              'CPU of a user on Redis ÷ bare loop',
              rounds.map(({ redis, bare }) => cpu(redis) / cpu(bare)),
              { atMost: 1.5 },
            ),
            ratio(
              'CPU of a user on the embedded queue ÷ bare loop',
              rounds.map(({ embedded, bare }) => cpu(embedded) / cpu(bare)),
              { atMost: 1.5 },
            ),
            figure(
              'CPU of a user on Redis',
              rounds.map(({ redis }) => cpu(redis)),
              'ms',
            ),
            figure(
              'CPU of a user on the embedded queue',
              rounds.map(({ embedded }) => cpu(embedded)),
              'ms',
            ),
            figure(
              'CPU of a user of the bare loop',
              rounds.map(({ bare }) => cpu(bare)),
              'ms',
            ),
          ];
        });
      } finally {
        await redis.stop();
      }
    }),
};
