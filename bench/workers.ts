import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../test/support/redis.js';
import type { SpawnedStandIn } from '../test/support/stand-in/process.js';
import { type Benchmark, byTurns, figure } from './benchmark.js';
import { inPlace, withStandIn, writeManifest } from './place.js';
import { runArgs, start, workerArgs } from './program.js';

const ROUNDS = 3;
const ROWS = 6_000;
/** Of each answer, in ms: as near as a service can be. */
const LATENCY = 20;

export const workers: Benchmark = {
  name: 'workers',
  title: `1, 2, 4 and 8 processes on one Redis, no limit, the service answering after ${LATENCY} ms`,
  run: () =>
    inPlace((path) =>
      withStandIn(async (standIn) => {
        const manifest = join(path, 'users.csv');
        await writeManifest(manifest, ROWS);
        await standIn.setFaults([{ action: { kind: 'latency', ms: LATENCY } }]);
        let runs = 0;
        const by = (processes: number) => () => {
          runs += 1;
          return together(standIn, manifest, join(path, `run-${runs}`), processes);
        };
        const rounds = await byTurns(ROUNDS, { one: by(1), two: by(2), four: by(4), eight: by(8) });
        const speed = (what: string, side: keyof (typeof rounds)[number]) =>
          figure(
            what,
            rounds.map((round) => round[side].perSecond),
            '/s',
          );
        return [
          speed('users/s, 1 process of 10 calls in flight', 'one'),
          speed('users/s, 2 processes', 'two'),
          speed('users/s, 4 processes', 'four'),
          speed('users/s, 8 processes', 'eight'),
          figure(
            'users who were called twice',
            rounds.flatMap((round) => Object.values(round).map(({ twice }) => twice)),
            'users',
            { atMost: 0 },
          ),
        ];
      }),
    ),
};

async function together(standIn: SpawnedStandIn, manifest: string, runDir: string, processes: number) {
  await standIn.clear();
  const redis = await startRedis({ appendonly: 'everysec' });
  try {
    const endpoint = standIn.url;
    const run = await start(runArgs({ manifest, runDir, endpoint, queue: redis.url, concurrency: 10 }));
    while ((await standIn.answers('AdminSetUserPassword')).ok === undefined) await sleep(10);
    const others = await Promise.all(
      Array.from({ length: processes - 1 }, () =>
        start([...workerArgs(runDir, redis.url, endpoint), '--concurrency', '10']),
      ),
    );
    await Promise.all([run, ...others].map(({ usage }) => usage));
    const calls = await standIn.calls({ operation: 'AdminSetUserPassword' });
    const times = calls.map(({ at }) => at).sort((a, b) => a - b);
    // The second half: all processes are there by then.
    const [from, to] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0];
    const counts = Object.values(await standIn.appliedCounts());
    return {
      perSecond: (times.length / 2 / (to - from)) * 1_000,
      twice: counts.filter((count) => count > 1).length,
    };
  } finally {
    await redis.stop();
  }
}
