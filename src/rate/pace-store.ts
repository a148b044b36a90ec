import { z } from 'zod';
import type { PaceState } from './pace.js';

/** The state as a store outside this process gives it back. */
export const paceStateSchema = z.object({
  next: z.number(),
  rate: z.number(),
  since: z.number(),
  ceiling: z.number(),
  strikes: z.number(),
  putOff: z.number(),
  pausedUntil: z.number(),
  limit: z.number().optional(),
  held: z.boolean().optional(),
});

/** What a store holds: the state and a number that changes with it. */
export interface Stored {
  version: number;
  state: PaceState | undefined;
  /** The store's clock at the answer, in ms: one clock for all workers, whatever theirs say. */
  now: number;
}

/**
 * Where the pace of a run lives, one for all of its workers. It only compares and swaps: what the state means
 * is `pace.ts`'s business, so Redis, PostgreSQL and memory can't disagree about it.
 */
export interface PaceStore {
  read(): Promise<Stored>;
  /** Stores `state` if the version is still `version`; answers what is stored then, and whether it was this. */
  swap(version: number, state: PaceState): Promise<Stored & { swapped: boolean }>;
}

/** The pace of a run that has one process only. */
export function memoryPaceStore(): PaceStore {
  let version = 0;
  let state: PaceState | undefined;
  const stored = () => ({ version, state, now: performance.now() });
  return {
    read: async () => stored(),
    swap: async (expected, next) => {
      const swapped = expected === version;
      if (swapped) {
        version += 1;
        state = next;
      }
      return { ...stored(), swapped };
    },
  };
}
