import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { useScene } from './scene.js';
import { csvOf, runOn, users } from './workplace.js';

const POOL = 'eu-west-1_Clean1';
const ROWS = 150;

let redis: Redis;

const scene = useScene({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 2 * ROWS } }] });
beforeAll(() => {
  redis = new Redis(inject('redisUrl').replace('unix://', ''));
});
afterAll(() => redis.disconnect());

const runArgs = (file: string, directory: string, ...more: string[]) => [
  ...runOn(POOL, scene.standIn.url, file),
  '--quiet',
  '--generate',
  ...['--quota', '1000', '--rate', '100', '--run-dir', join(scene.workplace.path, directory), ...more],
];
const onRedis = () => ['--queue', inject('redisUrl')];
const idOf = (directory: string) => {
  const record = z.object({ id: z.string() });
  return record.parse(scene.workplace.json(join('..', directory, 'run.json'))).id;
};
const keysOf = (directory: string) => redis.keys(`*${idOf(directory)}*`);

test('two runs on one Redis never meet, and each leaves 0 keys: one is cancelled while the other goes on to its end', async () => {
  await scene.workplace.write('a.csv', csvOf(users(ROWS)));
  await scene.workplace.write('b.csv', csvOf(users(ROWS, ROWS + 1)));
  const first = await scene.start(runArgs('a.csv', 'a', '--rate', '10', ...onRedis()));
  const second = await scene.start(runArgs('b.csv', 'b', ...onRedis()));
  const lined = (directory: string) => async () =>
    scene.workplace.has(join('..', directory, 'report.csv'))
      ? (await keysOf(directory).catch(() => [])).length
      : 0;
  for (const directory of ['a', 'b'])
    await expect.poll(lined(directory), { timeout: 60_000, interval: 20 }).toBeGreaterThan(5);
  const cancelled = await scene.run(['cancel', join(scene.workplace.path, 'a'), '--json']);
  expect(cancelled.code).toBe(0);
  expect(await keysOf('a')).toEqual([]);
  expect((await first.result).code).toBe(3);

  expect((await second.result).code).toBe(0);
  expect(await keysOf('b')).toEqual([]);
  const applied = await scene.standIn.appliedCounts();
  for (const name of users(ROWS, ROWS + 1)) expect([name, applied[name]]).toEqual([name, 1]);
  const { byStatus } = z
    .object({ byStatus: z.record(z.string(), z.number()) })
    .parse(JSON.parse(cancelled.stdout));
  expect(users(ROWS).filter((name) => applied[name] === 1)).toHaveLength(byStatus.succeeded ?? 0);
});

test('a finished run on the embedded queue leaves nothing of it: only its files, and no process or directory elsewhere', async () => {
  await scene.workplace.write('a.csv', csvOf([...users(20), 'nobody']));
  expect((await scene.run(runArgs('a.csv', 'run'))).code).toBe(1);
  for (const gone of ['queue', 'queue.copying', 'run.lock', 'run.lock.guard', 'live.json', 'control.json'])
    expect([gone, scene.workplace.has(gone)]).toEqual([gone, false]);
});
