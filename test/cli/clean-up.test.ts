import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, runOn, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Clean1';
const ROWS = 150;

let standIn: SpawnedStandIn;
let workplace: Workplace;
let redis: Redis;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 2 * ROWS } }] });
  redis = new Redis(inject('redisUrl').replace('unix://', ''));
});
afterAll(async () => {
  redis.disconnect();
  await standIn.close();
});
beforeEach(async () => {
  workplace = await createWorkplace();
  await standIn.clear();
  await standIn.setFaults([]);
});
afterEach(() => workplace.remove());

const runArgs = (file: string, directory: string, ...more: string[]) => [
  ...runOn(POOL, standIn.url, file),
  '--quiet',
  '--generate',
  ...['--quota', '1000', '--rate', '100', '--run-dir', join(workplace.path, directory), ...more],
];
const onRedis = () => ['--queue', inject('redisUrl')];
const idOf = (directory: string) => {
  const record = z.object({ id: z.string() });
  return record.parse(workplace.json(join('..', directory, 'run.json'))).id;
};
const keysOf = (directory: string) => redis.keys(`*${idOf(directory)}*`);

test('two runs on one Redis never meet, and each leaves 0 keys: one is cancelled while the other goes on to its end', async () => {
  await workplace.write('a.csv', csvOf(users(ROWS)));
  await workplace.write('b.csv', csvOf(users(ROWS, ROWS + 1)));
  const first = await startProgram(runArgs('a.csv', 'a', '--rate', '10', ...onRedis()), workplace.here);
  const second = await startProgram(runArgs('b.csv', 'b', ...onRedis()), workplace.here);
  const lined = (directory: string) => async () =>
    workplace.has(join('..', directory, 'report.csv')) ? (await keysOf(directory).catch(() => [])).length : 0;
  for (const directory of ['a', 'b'])
    await expect.poll(lined(directory), { timeout: 60_000, interval: 20 }).toBeGreaterThan(5);
  const cancelled = await runProgram(['cancel', join(workplace.path, 'a'), '--json'], workplace.here);
  expect(cancelled.code).toBe(0);
  expect(await keysOf('a')).toEqual([]);
  expect((await first.result).code).toBe(3);

  expect((await second.result).code).toBe(0);
  expect(await keysOf('b')).toEqual([]);
  const applied = await standIn.appliedCounts();
  for (const name of users(ROWS, ROWS + 1)) expect([name, applied[name]]).toEqual([name, 1]);
  const { byStatus } = z
    .object({ byStatus: z.record(z.string(), z.number()) })
    .parse(JSON.parse(cancelled.stdout));
  expect(users(ROWS).filter((name) => applied[name] === 1)).toHaveLength(byStatus.succeeded ?? 0);
});

test('a finished run on the embedded queue leaves nothing of it: only its files, and no process or directory elsewhere', async () => {
  await workplace.write('a.csv', csvOf([...users(20), 'nobody']));
  expect((await runProgram(runArgs('a.csv', 'run'), workplace.here)).code).toBe(1);
  for (const gone of ['queue', 'queue.copying', 'run.lock', 'run.lock.guard', 'live.json', 'control.json'])
    expect([gone, workplace.has(gone)]).toEqual([gone, false]);
});
