import { Redis } from 'ioredis';
import { inject } from 'vitest';

/** A connection of one's own to the Redis of all test files, which TEST_REDIS_URL may have put anywhere. */
export function redisClient(): Redis {
  const url = inject('redisUrl');
  return url.startsWith('unix:') ? new Redis({ path: new URL(url).pathname }) : new Redis(url);
}
