import type { BackendOptions, QueueBackend } from './backend.js';
import type { QueueLocation } from './location.js';
import { seldom } from './seldom.js';

/**
 * Opens the queue's backend; each is loaded only where it is used, as PGlite, pg and ioredis take long to load.
 * Throws UsageError when nobody answers there.
 */
export async function openBackend(location: QueueLocation, given: BackendOptions): Promise<QueueBackend> {
  const options = { ...given, onError: seldom(given.onError) };
  switch (location.kind) {
    case 'embedded':
      return (await import('./embedded.js')).openEmbedded(options);
    case 'redis':
      return (await import('./redis.js')).openRedis(location, options);
    case 'postgres':
      return (await import('./postgres.js')).openPostgres(location, options);
  }
}
