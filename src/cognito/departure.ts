import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';

const departures = new AsyncLocalStorage<() => void>();

// The SDK shows nobody its request, but Node tells of each one that any code makes. It is a `ClientRequest`, but to import
// that from `node:http` loads all of `fetch` too, as its exports are read: 14 MB and 80 ms (Node 24).
subscribe('http.client.request.start', (message) => {
  const left = departures.getStore();
  if (left === undefined || typeof message !== 'object' || message === null || !('request' in message))
    return;
  const { request } = message;
  if (request instanceof EventEmitter) request.once('finish', left);
});

/**
 * Calls `left` when a request that `send` makes has been handed to the network, which is later than it was begun: first
 * credentials may be fetched, and a new connection made (name, TCP and TLS, some 3 round trips). Called once for each
 * request, so the last time is the one that counts.
 */
export function whenLeft<T>(left: () => void, send: () => Promise<T>): Promise<T> {
  return departures.run(left, send);
}
