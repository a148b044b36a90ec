import { setTimeout as sleep } from 'node:timers/promises';
import {
  AHEAD,
  changeLimit,
  currentRate,
  hold,
  latest,
  type PaceState,
  pause,
  possiblePace,
  putOffAfter,
  putOffTo,
  release,
  type Slots,
  slowDown,
  startPace,
  takeSlots,
} from './pace.js';
import type { PaceStore, Stored } from './pace-store.js';
import { createStoreClock } from './store-clock.js';

/** By how much what is usual rises with each call, in ms. */
const USUAL_RISES = 0.05;
/** How many answers of the store its clock is first known by, and how fast one must be to be enough, in ms. */
const FIRST_ANSWERS = 5;
const FAST_ANSWER = 2;

/** The right to send one call now. */
export interface Turn {
  /** The call has left this process: one that left late puts off those that come a second later. */
  left(): void;
}

export interface Pacer {
  /** Resolves when this call may start. Rejects with the signal's reason when it is aborted. */
  turn(signal: AbortSignal): Promise<Turn>;
  /** The service asked to slow down, for a call that started at `startedAt` (`performance.now()`). */
  slowDown(startedAt: number): Promise<void>;
  /** Nobody may call for `ms`: the endpoint is out of reach. */
  pauseFor(ms: number): Promise<void>;
  /** Nobody may call, in any process, until it is released. */
  hold(): Promise<void>;
  release(): Promise<void>;
  /** The latest that is known, for the progress line. */
  view(): { rate: number; limit: number; pausedMs: number; why: Why };
  /** Calls a second at most from now on, for all pacers of this store. */
  setLimit(limit: number): Promise<void>;
}

/** Why calls are put off. */
type Why = 'throttled' | 'outage';

interface Waiter {
  start(turn: Turn): void;
  signal: AbortSignal;
}

/**
 * Hands out the turns of one process. Slots come from the store in the order of the calls that wait; a slot
 * that this process could not use in time (its event loop stalled) is thrown away, not used late.
 */
export function createPacer(store: PaceStore, initialLimit: number): Pacer {
  const waiting: Waiter[] = [];
  let running = false;
  // Slots taken before a slow-down must not be used after it.
  let epoch = 0;
  let why: Why = 'throttled';
  let known: Stored = { version: -1, state: undefined, now: 0 };
  // A store may lose all it has (FLUSHALL), and what was learnt of the service must not be learnt again.
  let remembered: PaceState | undefined;
  const clock = createStoreClock(() => performance.now());
  const storeNow = clock.now;
  const limitOf = (state: PaceState | undefined) => state?.limit ?? initialLimit;

  const learn = async <T extends Stored>(ask: () => Promise<T>): Promise<T> => {
    const sentAt = performance.now();
    const stored = await ask();
    clock.learn(stored.now, sentAt, performance.now());
    known = stored;
    remembered = stored.state ?? remembered;
    return stored;
  };

  /** The first answers come while all else begins too; a clock that is behind would make the first calls late. */
  const meet = async () => {
    for (let answers = 0; answers < FIRST_ANSWERS; answers += 1) {
      const asked = performance.now();
      await learn(store.read);
      if (performance.now() - asked < FAST_ANSWER) break;
    }
  };

  const paceAt = (now: number) => {
    const state = known.state ?? remembered ?? startPace(initialLimit, now);
    return possiblePace(state, limitOf(state), now);
  };

  /** Changes the state by a pure function, again and again until nobody else changed it in between. */
  const change = async <T extends { state: PaceState }>(
    step: (state: PaceState, now: number) => T,
  ): Promise<T> => {
    if (known.version < 0) await meet();
    for (;;) {
      const now = storeNow();
      const result = step(paceAt(now), now);
      if (result.state === known.state) return result;
      const answer = await learn(() => store.swap(known.version, result.state));
      if (answer.swapped) return result;
    }
  };

  // The least that a call was late; it rises again slowly, should the machine have become a slower one.
  let usual = Number.POSITIVE_INFINITY;
  let putOff = 0;
  let puttingOff: Promise<unknown> | undefined;
  const turnAt = (slot: number, slots: Pick<Slots, 'putOff'>): Turn => {
    // By a clock that nobody sets: until the call has left, the store's may be another.
    const slotAt = performance.now() - (storeNow() - slot);
    return { left: () => leftAt(performance.now() - slotAt, slots) };
  };
  const leftAt = (late: number, slots: Pick<Slots, 'putOff'>) => {
    usual = Math.min(usual + USUAL_RISES, Math.max(0, late));
    putOff = Math.max(putOff, putOffAfter(slots, late, usual));
    if (putOff <= (known.state?.putOff ?? 0)) return;
    puttingOff ??= change((state) => ({ state: putOffTo(state, putOff) }))
      // A store that is out of reach gives nobody a turn either.
      .catch(() => undefined)
      .finally(() => {
        puttingOff = undefined;
      });
  };

  const run = async () => {
    while (waiting.length > 0) {
      const epochOfSlots = epoch;
      const slots = await change((state, now) =>
        takeSlots(putOffTo(state, putOff), limitOf(state), now, waiting.length),
      );
      if (slots.count === 0) {
        // Not all workers at the same moment.
        await sleep(slots.first - AHEAD - storeNow() + (Math.random() * AHEAD) / 2);
        // Another process may have released it.
        if (known.state?.held === true) await learn(store.read);
        continue;
      }
      for (let i = 0; i < slots.count; i += 1) {
        const slot = slots.first + i * slots.every;
        const wait = slot - storeNow();
        // The store's clock was set back.
        if (wait > AHEAD + slots.count * slots.every) break;
        if (wait > 0) await sleep(wait);
        if (epoch !== epochOfSlots) break;
        if (storeNow() - slot > latest(slots)) continue;
        waiting.shift()?.start(turnAt(slot, slots));
      }
    }
  };

  const wake = () => {
    if (running) return;
    running = true;
    run().then(
      () => {
        running = false;
        if (waiting.length > 0) wake();
      },
      // The store is out of reach: its own client reconnects; ask again in a moment.
      async () => {
        await sleep(500);
        running = false;
        known = { version: -1, state: undefined, now: 0 };
        if (waiting.length > 0) wake();
      },
    );
  };

  return {
    turn: (signal) =>
      new Promise<Turn>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const waiter: Waiter = {
          signal,
          start: (turn) => {
            signal.removeEventListener('abort', onAbort);
            resolve(turn);
          },
        };
        const onAbort = () => {
          const at = waiting.indexOf(waiter);
          if (at >= 0) waiting.splice(at, 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(waiter);
        wake();
      }),
    slowDown: async (startedAt) => {
      epoch += 1;
      why = 'throttled';
      const age = performance.now() - startedAt;
      const jitter = Math.random();
      await change((state, now) => ({ state: slowDown(state, limitOf(state), now, now - age, jitter) }));
    },
    pauseFor: async (ms) => {
      epoch += 1;
      why = 'outage';
      await change((state, now) => ({ state: pause(state, now, ms) }));
    },
    hold: async () => {
      epoch += 1;
      await change((state) => ({ state: hold(state) }));
    },
    release: async () => {
      await change((state) => ({ state: release(state) }));
    },
    view: () => {
      const now = storeNow();
      const limit = limitOf(known.state);
      if (known.state === undefined) return { rate: limit, limit, pausedMs: 0, why };
      const rate = currentRate(known.state, limit, now);
      return {
        rate,
        limit,
        pausedMs: Math.max(0, known.state.pausedUntil - now),
        why,
      };
    },
    setLimit: async (limit) => {
      await change((state, now) => ({ state: changeLimit(state, limit, now) }));
    },
  };
}
