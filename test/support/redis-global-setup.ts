import type { TestProject } from 'vitest/node';
import { startRedis } from './redis.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis that all test files share: `inject('redisUrl')`. Each test takes a queue name of its own. */
    redisUrl: string;
  }
}

/** One Redis for the run: that of TEST_REDIS_URL, else one of its own that is ended with the run. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_REDIS_URL;
  if (given) {
    project.provide('redisUrl', given);
    return undefined;
  }
  const redis = await startRedis();
  project.provide('redisUrl', redis.url);
  return redis.stop;
}
