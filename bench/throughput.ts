import { join } from 'node:path';
import { startRedis } from '../test/support/redis.js';
import { bareClient, bareLoop } from './bare-loop.js';
import { type Benchmark, byTurns, figure, ratio } from './benchmark.js';
import { runInProcess } from './in-process.js';
import { type Cost, costOf } from './measure.js';
import { inPlace, withStandIn, writeManifest } from './place.js';

const ROUNDS = 5;

type Side = (endpoint: string, path: string, manifest: string, redis: string) => Promise<void>;

const onRedis: Side = (endpoint, path, manifest, queue) => runInProcess({ endpoint, path, manifest, queue });
const embedded: Side = (endpoint, path, manifest) => runInProcess({ endpoint, path, manifest });

/** Costs of several sides by turns, each over the same rows in this process. */
async function costs<Name extends string>(
  rows: number,
  sides: Record<Name, Side>,
): Promise<Record<Name, Cost>[]> {
  const redis = await startRedis({ appendonly: 'everysec' });
  try {
    return await inPlace((path) =>
      withStandIn(async (standIn) => {
        const manifest = join(path, 'users.csv');
        await writeManifest(manifest, rows);
        const measured = Object.entries<Side>(sides).map(([name, side]) => [
          name,
          () => costOf(standIn, rows, () => side(standIn.url, path, manifest, redis.url)),
        ]);
        // The same names as before, each with its work ready to be done.
        return byTurns(ROUNDS, Object.fromEntries(measured) as Record<Name, () => Promise<Cost>>);
      }),
    );
  } finally {
    await redis.stop();
  }
}

function bareOf(rows: number): Side {
  let client: ReturnType<typeof bareClient> | undefined;
  return (endpoint) => {
    client ??= bareClient(endpoint);
    return bareLoop(client, rows);
  };
}

export const redisThroughput: Benchmark = {
  name: 'redis',
  title: 'the whole pipeline on Redis ÷ a bare loop over the SDK, 50 calls in flight, same process',
  run: async () => {
    const rows = 5_000;
    const rounds = await costs(rows, { bare: bareOf(rows), pipeline: onRedis });
    return [
      ratio(
        'users/s on Redis ÷ bare SDK loop',
        rounds.map(({ pipeline, bare }) => pipeline.usersPerSecond / bare.usersPerSecond),
        { atLeast: 0.9, aim: 1 },
      ),
      figure(
        'users/s on Redis',
        rounds.map(({ pipeline }) => pipeline.usersPerSecond),
        '/s',
      ),
      figure(
        'users/s of the bare loop',
        rounds.map(({ bare }) => bare.usersPerSecond),
        '/s',
      ),
      figure(
        'CPU on Redis',
        rounds.map(({ pipeline }) => pipeline.cpuPerUser),
        'ms a user',
      ),
      figure(
        'CPU of the bare loop',
        rounds.map(({ bare }) => bare.cpuPerUser),
        'ms a user',
      ),
    ];
  },
};

export const embeddedThroughput: Benchmark = {
  name: 'embedded',
  title: 'the whole pipeline on the embedded queue ÷ a bare loop over the SDK',
  run: async () => {
    const rows = 2_000;
    const rounds = await costs(rows, { bare: bareOf(rows), pipeline: embedded });
    return [
      ratio(
        'users/s on the embedded queue ÷ bare SDK loop',
        rounds.map(({ pipeline, bare }) => pipeline.usersPerSecond / bare.usersPerSecond),
        { atLeast: 0.3 },
      ),
      figure(
        'users/s on the embedded queue',
        rounds.map(({ pipeline }) => pipeline.usersPerSecond),
        '/s',
        { atLeast: 120 },
      ),
      figure(
        'CPU on the embedded queue',
        rounds.map(({ pipeline }) => pipeline.cpuPerUser),
        'ms a user',
      ),
    ];
  },
};

export const modes: Benchmark = {
  name: 'modes',
  title: '--generate ÷ --discard, on Redis',
  run: async () => {
    const rounds = await costs(5_000, {
      generate: onRedis,
      discard: (endpoint, path, manifest, queue) =>
        runInProcess({ endpoint, path, manifest, queue, mode: '--discard' }),
    });
    return [
      ratio(
        'users/s with --generate ÷ with --discard',
        rounds.map(({ generate, discard }) => generate.usersPerSecond / discard.usersPerSecond),
        { atLeast: 0.95 },
      ),
    ];
  },
};
