import { existsSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Redis as Client } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { type Redis, type RedisOptions, startRedis } from './redis.js';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function started(options?: RedisOptions): Promise<Redis> {
  const redis = await startRedis(options);
  cleanUps.push(redis.stop);
  return redis;
}

function clientOf(redis: Redis): Client {
  const client = new Client(redis.socketPath);
  cleanUps.push(() => client.disconnect());
  return client;
}

test('answers on a private socket, and stopping it leaves no process and no file', async () => {
  const redis = await started();
  expect(redis.url).toBe(`unix://${redis.socketPath}`);
  expect(statSync(redis.dir).mode & 0o777).toBe(0o700);
  const client = clientOf(redis);
  await client.set('key', 'value');
  expect(await client.get('key')).toBe('value');
  client.disconnect();
  const { pid } = redis;
  await redis.stop();
  expect(existsSync(redis.dir)).toBe(false);
  expect(() => process.kill(pid, 0)).toThrow();
});

test('with an append-only file it comes back from SIGKILL with what it knew', async () => {
  const redis = await started({ appendonly: 'always' });
  const first = clientOf(redis);
  await first.set('key', 'value');
  first.disconnect();
  const { pid } = redis;
  await redis.kill();
  await redis.restart();
  expect(redis.pid).not.toBe(pid);
  expect(await clientOf(redis).get('key')).toBe('value');
});

test('without one it comes back empty', async () => {
  const redis = await started();
  const first = clientOf(redis);
  await first.set('key', 'value');
  first.disconnect();
  await redis.restart();
  expect(await clientOf(redis).get('key')).toBeNull();
});

test('takes more arguments, and says what Redis has against a bad one, leaving nothing behind', async () => {
  const redis = await started({ args: ['--maxmemory-policy', 'allkeys-lru'] });
  expect(await clientOf(redis).config('GET', 'maxmemory-policy')).toEqual([
    'maxmemory-policy',
    'allkeys-lru',
  ]);
  const directories = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`redis-${process.pid}-`));
  const before = directories();
  await expect(startRedis({ args: ['--no-such-option', 'x'] })).rejects.toThrow(/no-such-option/);
  expect(directories()).toEqual(before);
});
