/**
 * The pace of a run: when may the next call start? A pure function of (state, event, time). Slots are
 * handed out one after the other with even spacing, never two at once and never saved up, so no sliding
 * second holds more than the rate, the first one and the one after a pause included.
 *
 * All times are milliseconds of one clock, the one of the store that holds the state (`pace-store.ts`).
 */
export interface PaceState {
  /** The earliest start of the next call. */
  next: number;
  /** Calls a second that were allowed at `since`. */
  rate: number;
  since: number;
  /** The rate that the service was last seen not to bear, or a little less; the limit until it complains. */
  ceiling: number;
  /** Slow-downs with no quiet time between them; 0 until the first. */
  strikes: number;
  /** Calls a second at most, if another limit was asked for since the run began. */
  limit?: number | undefined;
}

/**
 * The share of the rate that is left unused. Half of it is for calls that start late here, the other half for what the
 * network makes of their distances: with 2 % in all, a busy machine let the pool see 31 calls in a second of 30.
 */
const MARGIN = 0.04;
/**
 * What is left of the rate when the service asks to slow down: nearly all when the rate had only felt its way above
 * the ceiling, and much less when one slow-down follows another, as then the quota is somewhere far below.
 */
const GENTLE = { rate: 0.82, ceiling: 0.95 };
const FIRM = { rate: 0.75, ceiling: 0.92 };
/** A slow-down this long after the last one, in ms, is a new one. */
const NEW_AFTER = 4_000;
/**
 * How long the rate stays under a ceiling of 1, in ms, and at least and at most. Feeling for more costs a throttled call or
 * two each time, which are to be under one in a hundred; at a high rate a hundred calls are soon over, and a neighbour
 * who has left is to be noticed. The exponent and the numbers of this file are those that did best in the simulation
 * (test/rate/controller.test.ts).
 */
const STAY = 500_000;
const STAY_LEAST = 7_000;
const STAY_MOST = 45_000;
/** Above the ceiling the rate climbs by this share of it times the seconds squared: to the double in some 6 s. */
const CLIMB = 0.026;
/** The rate never falls below one call in two seconds: something must try. */
const FLOOR = 0.5;
/** The first pauses after a slow-down, in ms; they double with each strike beyond the search for a lower quota. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
const SEARCH = 6;

/** The pace at the start: at the limit at once, as even spacing makes no burst. */
export function startPace(limit: number, now: number): PaceState {
  return { next: now, rate: limit, since: now, ceiling: limit, strikes: 0 };
}

/**
 * Calls a second allowed at `now`: quickly up to near the ceiling, then flat for a while, then up to the limit, slowly at
 * first. The shape is that of TCP CUBIC (RFC 9438), whose question is the same: how much does something bear that
 * says no only when it is too much, while others come and go?
 */
export function currentRate(state: PaceState, limit: number, now: number): number {
  const { rate, since, ceiling, strikes } = state;
  if (strikes === 0) return Math.min(limit, rate);
  const passed = Math.max(0, now - since);
  const stay = Math.min(STAY_MOST, Math.max(STAY_LEAST, STAY / ceiling ** 1.5));
  const reached =
    passed < stay
      ? ceiling - (ceiling - rate) * (1 - passed / stay) ** 3
      : ceiling + ceiling * CLIMB * ((passed - stay) / 1_000) ** 2;
  return Math.min(limit, Math.max(FLOOR, reached));
}

/** The limit is another from now on, for all who share the state; what was learnt of the service stays. */
export function changeLimit(state: PaceState, limit: number, now: number): PaceState {
  if (state.strikes === 0) return { ...state, limit, rate: limit, ceiling: limit };
  return { ...state, limit, rate: Math.min(limit, currentRate(state, limit, now)) };
}

/** Milliseconds between two calls at a rate. */
export function spacing(rate: number): number {
  return (1000 / rate) * (1 + MARGIN);
}

/**
 * How late a call may start, in ms. `rate` + 1 calls span `rate` spacings, which is 1000 ms and the margin, so even twice
 * this keeps the sliding second.
 */
export const LATEST = (1000 * MARGIN) / 2;

/** Takes the next `count` slots. The first starts at `first`, each further one `every` ms later. */
export function takeSlots(
  state: PaceState,
  limit: number,
  now: number,
  count: number,
): { state: PaceState; first: number; every: number } {
  const every = spacing(currentRate(state, limit, now));
  const first = Math.max(now, state.next);
  return { state: { ...state, next: first + every * count }, first, every };
}

/**
 * The service asked to slow down, for a call that started at `startedAt`. Calls that were under way when the
 * rate was last lowered tell nothing new: they are the same overload, so the rate falls once for all of them.
 * `jitter` is a number from 0 to 1 that spreads the pauses of several runs.
 */
export function slowDown(
  state: PaceState,
  limit: number,
  now: number,
  startedAt: number,
  jitter: number,
): PaceState {
  if (startedAt < state.since && state.strikes > 0) return state;
  const isNew = state.strikes === 0 || now - state.since > NEW_AFTER;
  const strikes = isNew ? 1 : state.strikes + 1;
  const left = isNew ? GENTLE : FIRM;
  const was = currentRate(state, limit, now);
  const doublings = Math.max(0, strikes - SEARCH);
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** doublings) * (0.5 + jitter / 2);
  return {
    ...state,
    next: Math.max(state.next, now + pause),
    rate: Math.max(FLOOR, was * left.rate),
    ceiling: Math.max(FLOOR, was * left.ceiling),
    // What was under way before the pause ended is the same overload.
    since: now + pause,
    strikes,
  };
}
