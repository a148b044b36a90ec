import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when so many ms have passed since now and since `lastSpokeAt`, a time of `performance.now()`. */
export async function silence(lastSpokeAt: () => number, ms: number): Promise<void> {
  const since = performance.now();
  for (let left = ms; left > 0; left = Math.max(since, lastSpokeAt()) + ms - performance.now()) {
    await sleep(left, undefined, { ref: false });
  }
}
