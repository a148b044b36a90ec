/** The most of these times that fall into any half-open window of so many milliseconds. Sorts `times`. */
export function maxInWindow(times: Float64Array, windowMs: number): number {
  times.sort();
  let most = 0;
  let first = 0;
  for (const [last, time] of times.entries()) {
    while (time - (times[first] ?? time) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
