/** The store's clock as this process knows it, in ms. */
export interface StoreClock {
  now(): number;
  /** The store said that it was `storeNow` at some moment between sending the question and reading the answer. */
  learn(storeNow: number, sentAt: number, readAt: number): void;
}

/** What rounding makes of times of today at most, in ms: it is no contradiction. */
const ROUNDING = 0.001;

/**
 * Follows the store's clock by `local`, a clock that never jumps. An answer may be old when it is read (the network,
 * a busy event loop), which would set this clock back for a while, and calls by it too close to those of others. So
 * the answer that was fastest to come counts, until one contradicts it: then the store's clock itself was set.
 */
export function createStoreClock(local: () => number): StoreClock {
  let ahead = Number.NEGATIVE_INFINITY;
  return {
    now: () => local() + ahead,
    learn: (storeNow, sentAt, readAt) => {
      const [least, most] = [storeNow - readAt, storeNow - sentAt];
      ahead = ahead > most + ROUNDING ? least : Math.max(ahead, least);
    },
  };
}
