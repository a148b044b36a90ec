import type { NeighbourOptions, QuotaOptions } from './options.js';

const SECOND_MS = 1000;

/** One category's quota at work. Times are milliseconds of one monotonic clock and never go back. */
export interface Quota {
  /** Whether a call at this time is let through. One that is refused uses nothing up. */
  take(at: number): boolean;
  /** From `at` on this neighbour uses the quota too; nobody does with `undefined`. */
  setNeighbour(neighbour: NeighbourOptions | undefined, at: number): void;
}

export function createQuota(options: QuotaOptions): Quota {
  const letThrough = gateOf(options);
  let neighbour = { everyMs: Number.POSITIVE_INFINITY, next: Number.POSITIVE_INFINITY, until: 0 };
  // The neighbour's calls are made late, but at their own times and before any of ours that came after them.
  const catchUp = (at: number): void => {
    for (; neighbour.next <= at && neighbour.next < neighbour.until; neighbour.next += neighbour.everyMs) {
      letThrough(neighbour.next);
    }
  };
  return {
    take: (at) => {
      catchUp(at);
      return letThrough(at);
    },
    setNeighbour: (options, at) => {
      catchUp(at);
      const next = options === undefined ? Number.POSITIVE_INFINITY : at + (options.afterMs ?? 0);
      const until = next + (options?.forMs ?? Number.POSITIVE_INFINITY);
      neighbour = { everyMs: SECOND_MS / (options?.rate ?? 1), next, until };
    },
  };
}

function gateOf(options: QuotaOptions): (at: number) => boolean {
  switch (options.kind) {
    case 'sliding':
      return slidingGate(options.limit);
    case 'token-bucket':
      return tokenGate(options.rate, options.burst);
    case 'fixed-window':
      return windowGate(options.limit);
  }
}

function slidingGate(limit: number): (at: number) => boolean {
  const taken = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;
  return (at) => {
    const oldestAt = taken[oldest];
    if (oldestAt === undefined || at - oldestAt < SECOND_MS) return false;
    taken[oldest] = at;
    oldest = (oldest + 1) % limit;
    return true;
  };
}

function tokenGate(rate: number, burst: number): (at: number) => boolean {
  let tokens = burst;
  let filledAt = Number.NaN;
  return (at) => {
    if (!Number.isNaN(filledAt)) tokens = Math.min(burst, tokens + ((at - filledAt) * rate) / SECOND_MS);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

function windowGate(limit: number): (at: number) => boolean {
  let window = Number.NaN;
  let used = 0;
  return (at) => {
    const now = Math.floor(at / SECOND_MS);
    if (now !== window) {
      window = now;
      used = 0;
    }
    used += 1;
    return used <= limit;
  };
}
