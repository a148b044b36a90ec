import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';

const departures = new AsyncLocalStorage<() => void>();
const leaving = new WeakMap<object, () => void>();

// The SDK shows nobody its request, but undici tells of each one that any code makes (its docs, "Diagnostics Channel Support").
subscribe('undici:request:create', (message) => {
  const left = departures.getStore();
  const request = requestOf(message);
  if (left !== undefined && request !== undefined) leaving.set(request, left);
});
subscribe('undici:request:bodySent', (message) => {
  const request = requestOf(message);
  if (request !== undefined) leaving.get(request)?.();
});

function requestOf(message: unknown): object | undefined {
  if (typeof message !== 'object' || message === null || !('request' in message)) return undefined;
  const { request } = message;
  return typeof request === 'object' && request !== null ? request : undefined;
}

/**
 * Calls `left` when a request that `send` makes has been handed to the network, which is later than it was begun: first
 * credentials may be fetched, and a new connection made (name, TCP and TLS, some 3 round trips). Called once for each
 * request, so the last time is the one that counts.
 */
export async function whenLeft<T>(left: () => void, send: () => Promise<T>): Promise<T> {
  let over = false;
  const leave = () => {
    // A request that waits for a free connection is made in the name of whoever opened that one.
    if (!over) left();
  };
  try {
    return await departures.run(leave, send);
  } finally {
    over = true;
  }
}
