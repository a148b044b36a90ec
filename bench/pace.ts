import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../test/support/redis.js';
import type { SpawnedStandIn } from '../test/support/stand-in/process.js';
import type { Benchmark, Result } from './benchmark.js';
import { callsSeen } from './measure.js';
import { inPlace, withStandIn, writeManifest } from './place.js';
import { runArgs, start, workerArgs } from './program.js';

const RATE = 30;
const SECONDS = 60;

export const pace: Benchmark = {
  name: 'pace',
  title:
    'a minute at --rate 30 as the service sees it: every sliding second, and how much of the rate is used',
  run: () =>
    inPlace((path) =>
      withStandIn(async (standIn) => {
        const manifest = join(path, 'users.csv');
        await writeManifest(manifest, RATE * SECONDS);
        return [
          ...(await minute(standIn, manifest, join(path, 'embedded'), 'embedded queue')),
          ...(await onRedis(standIn, manifest, join(path, 'one'), 1)),
          ...(await onRedis(standIn, manifest, join(path, 'four'), 4)),
        ];
      }),
    ),
};

async function onRedis(
  standIn: SpawnedStandIn,
  manifest: string,
  runDir: string,
  workers: number,
): Promise<Result[]> {
  const redis = await startRedis({ appendonly: 'everysec' });
  try {
    const name = `Redis, ${workers} worker${workers === 1 ? '' : 's'}`;
    return await minute(standIn, manifest, runDir, name, { queue: redis.url, workers });
  } finally {
    await redis.stop();
  }
}

async function minute(
  standIn: SpawnedStandIn,
  manifest: string,
  runDir: string,
  name: string,
  on?: { queue: string; workers: number },
): Promise<Result[]> {
  await standIn.clear();
  const endpoint = standIn.url;
  const run = await start(runArgs({ manifest, runDir, endpoint, queue: on?.queue, rate: RATE }));
  const workers = [];
  if (on !== undefined && on.workers > 1) {
    while ((await standIn.answers('AdminSetUserPassword')).ok === undefined) await sleep(20);
    for (let n = 1; n < on.workers; n += 1) workers.push(await start(workerArgs(runDir, on.queue, endpoint)));
  }
  await Promise.all([run, ...workers].map(({ usage }) => usage));
  const { calls, seconds } = await callsSeen(standIn);
  return [
    {
      what: `calls in the fullest sliding second, ${name}`,
      value: await standIn.maxInSlidingSecond('AdminSetUserPassword'),
      unit: 'calls',
      goal: { atMost: RATE },
    },
    {
      what: `use of the rate over the minute, ${name}`,
      value: ((calls - 1) / seconds / RATE) * 100,
      unit: '%',
      goal: { atLeast: 95, aim: 98 },
    },
  ];
}
