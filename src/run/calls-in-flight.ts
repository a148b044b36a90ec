/** The calls of this process that are under way. */
export interface CallsInFlight {
  /** The same call, counted while it is under way. */
  counted<Args extends unknown[], Result>(
    call: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result>;
  /** Resolves when none is under way. */
  ended(): Promise<void>;
}

export function createCallsInFlight(): CallsInFlight {
  const underWay = new Set<Promise<unknown>>();
  return {
    counted:
      (call) =>
      async (...args) => {
        const one = call(...args);
        underWay.add(one);
        try {
          return await one;
        } finally {
          underWay.delete(one);
        }
      },
    ended: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
