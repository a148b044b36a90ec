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
  /** Calls a second that were allowed at `since`; it climbs from there to the limit. */
  rate: number;
  since: number;
  /** Slow-downs with no quiet time between them; each doubles the pause. */
  strikes: number;
}

/** The share of the rate that is left unused, so that a call that starts late still keeps its second. */
const MARGIN = 0.02;
/** What is left of the rate when the service asks to slow down. */
const DECREASE = 0.7;
/** How much the rate climbs again each second, as a share of the limit. */
const CLIMB_SHARE = 0.05;
/** The rate never falls below one call in two seconds: something must try. */
const FLOOR = 0.5;
/** The first pause after a slow-down, in ms; it doubles with each strike. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** After this long without a slow-down, in ms, the strikes are forgotten. */
const QUIET = 20_000;

/** The pace at the start: at the limit at once, as even spacing makes no burst. */
export function startPace(limit: number, now: number): PaceState {
  return { next: now, rate: limit, since: now, strikes: 0 };
}

/** Calls a second allowed at `now`. */
export function currentRate(state: PaceState, limit: number, now: number): number {
  const climbed = state.rate + (Math.max(0, now - state.since) / 1000) * limit * CLIMB_SHARE;
  return Math.min(limit, climbed);
}

/** Milliseconds between two calls at a rate. */
export function spacing(rate: number): number {
  return (1000 / rate) * (1 + MARGIN);
}

/**
 * How late a call may start and still keep its sliding second, in ms: `rate` + 1 calls span
 * `rate` spacings, which is 1000 ms and the margin.
 */
export const LATEST = 1000 * MARGIN;

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
  const strikes = now - state.since > QUIET ? 1 : state.strikes + 1;
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (strikes - 1)) * (0.5 + jitter / 2);
  return {
    next: Math.max(state.next, now + pause),
    rate: Math.max(FLOOR, currentRate(state, limit, now) * DECREASE),
    // The climb begins when the pause has ended.
    since: now + pause,
    strikes,
  };
}
