import { setTimeout as sleep } from 'node:timers/promises';

/** How often it is asked how long a silence may be, in ms. */
const LOOK_EVERY = 250;

/**
 * Resolves when nothing was heard for as long as `patience` says, in ms, since now and since `lastSpokeAt`, a time of
 * `performance.now()`.
 */
export async function silence(lastSpokeAt: () => number, patience: () => number): Promise<void> {
  const since = performance.now();
  while (Math.max(since, lastSpokeAt()) + patience() > performance.now()) {
    await sleep(LOOK_EVERY, undefined, { ref: false });
  }
}
