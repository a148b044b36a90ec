const LONGEST_LATENCY_SECONDS = 1.6;
/** Calls in flight at once at most, unless more were asked for. */
export const MOST_AT_ONCE = 100;

/** Enough users at once for the rate at a latency of 1.6 s for each of their steps; more would only wait for their turn. */
export function concurrencyFor(rate: number, steps = 1): number {
  return Math.min(MOST_AT_ONCE, Math.max(8, Math.ceil(rate * steps * LONGEST_LATENCY_SECONDS)));
}
