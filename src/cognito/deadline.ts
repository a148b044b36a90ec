import { setMaxListeners } from 'node:events';

/** The longest that one call may take in all, in ms: a stalled body outlives `requestTimeout` (COGNITO.md 3). */
const CALL_DEADLINE = 15_000;
/** Calls that begin within so many ms share a signal; the last of them has so much less time. */
const TOGETHER = 50;

let shared: AbortSignal | undefined;
let sharedUntil = Number.NEGATIVE_INFINITY;

/** Aborts a call that begins now once it takes too long. To make a signal for each took 12 µs (BENCHMARKS.md). */
export function callDeadline(): AbortSignal {
  const now = performance.now();
  if (shared !== undefined && now < sharedUntil) return shared;
  shared = AbortSignal.timeout(CALL_DEADLINE);
  sharedUntil = now + TOGETHER;
  // As many calls listen to it as begin together, and Node warns of more than ten.
  setMaxListeners(0, shared);
  return shared;
}
