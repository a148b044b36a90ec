import type { BackendOptions, QueueBackend } from './backend.js';
import type { QueueLocation } from './location.js';
import { QueueNotOpenedError, queueFault } from './queue-fault.js';
import { seldom } from './seldom.js';

/**
 * Opens the queue's backend; each is loaded only where it is used, as PGlite, pg and ioredis take long to load.
 *
 * @throws UsageError when nobody answers there, QueueNotOpenedError when its store is full, broken or refuses us
 */
export async function openBackend(location: QueueLocation, given: BackendOptions): Promise<QueueBackend> {
  return open(location, { ...given, onError: seldom(given.onError) }).catch((error: unknown) => {
    const fault = queueFault(error);
    // The system's own error names the file.
    const isNamed = error instanceof Error && 'path' in error;
    throw fault === undefined || isNamed
      ? error
      : new QueueNotOpenedError(`${fault.error}: ${fault.message}`, { cause: error });
  });
}

async function open(location: QueueLocation, options: BackendOptions): Promise<QueueBackend> {
  switch (location.kind) {
    case 'embedded':
      return (await import('./embedded.js')).openEmbedded(options);
    case 'redis':
      return (await import('./redis.js')).openRedis(location, options);
    case 'postgres':
      return (await import('./postgres.js')).openPostgres(location, options);
  }
}
