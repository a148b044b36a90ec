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
  /** The rate that the service was last seen not to bear; the limit until it complains. */
  ceiling: number;
  /** Slow-downs with no quiet time between them; 0 until the first. */
  strikes: number;
  /** When the last pause ends, or ended. */
  pausedUntil: number;
  /** By how much all slots were put off so far because calls left late, in ms. */
  putOff: number;
  /** Calls a second at most, if another limit was asked for since the run began. */
  limit?: number | undefined;
  /** Somebody has paused the run: no slots until it is let go on, whoever of its processes lives. */
  held?: boolean | undefined;
}

/**
 * The share of the rate that is left unused. The service sees calls at other distances than those of their slots: each is
 * late by what this process, a new connection and the network take. `rate` + 1 calls span 1000 ms and the margin, so
 * they share no second as long as the first is less than 1000 × MARGIN ms later than the last, by its slot. What this
 * process can measure (`putOffAfter`) is put right but for `TOLERATED`; the rest, 15 ms, is for the network and for
 * the little by which the workers' clocks differ. What no margin of use covers is a lost packet (200 ms and more):
 * one call too many, once.
 */
const MARGIN = 0.02;
/** How much later than usual a call may leave its process without putting off others, in ms: about what a timer costs. */
const TOLERATED = 5;
/** What is usual for one process need not be for another, so no more than this counts as usual, in ms. */
const USUAL_MOST = 10;

// The numbers of the controller are those that did best in a random search over simulated quotas (test/rate/controller.test.ts).

/** What is left of the rate when the service asks to slow down, and when it does so again at once: the quota is far below. */
const DECREASE = 0.83;
const DECREASE_AGAIN = 0.65;
/** A call that started this long after the last pause, in ms, speaks of the new rate and not of the old overload. */
const AGAIN_WITHIN = 800;
/**
 * How long the rate climbs to its ceiling and stays near it, in ms: this ÷ ceiling ^ 1.3, so 46 s at 5 calls a second and 11 s at
 * 15. To feel for more costs a throttled call or two each time, which are to be under one in a hundred; and a
 * neighbour who has left is to be noticed within 15 s.
 */
const STAY = 370_000;
const STAY_LEAST = 6_000;
const STAY_MOST = 90_000;
/** From there on it climbs by this share of the ceiling × seconds ^ 3.7: 1 % after one second, half after 3, the double after 3.6. */
const CLIMB = 0.0085;
const CLIMB_POWER = 3.7;
/** The rate never falls below one call in two seconds: something must try. */
const FLOOR = 0.5;
/** The pause after a slow-down: 1.8 calls' time and at least so many ms; from the third in a row on it doubles. */
const PAUSE_CALLS = 1.8;
const PAUSE_LEAST = 170;
const PAUSE_MOST = 15_000;
const PAUSES_ALIKE = 2;

/** The pace at the start: at the limit at once, as even spacing makes no burst. */
export function startPace(limit: number, now: number): PaceState {
  return { next: now, rate: limit, since: now, ceiling: limit, strikes: 0, putOff: 0, pausedUntil: now };
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
  const stay = Math.min(STAY_MOST, Math.max(STAY_LEAST, STAY / ceiling ** 1.3));
  const reached =
    passed < stay
      ? ceiling - (ceiling - rate) * (1 - passed / stay) ** 3
      : ceiling * (1 + CLIMB * ((passed - stay) / 1_000) ** CLIMB_POWER);
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

/** How late a slot can still be used, in ms, where calls are close together. Later it is lost: made up for, several would be a burst. */
const LATEST = 20;
/** And where they are not, as a share of the distance: less than one slot is ever late then, and puts off those behind it. */
const LATEST_SHARE = 0.5;

/** How late a slot can still be used, in ms. At one call a second a process that was busy for 30 ms would lose a second. */
export function latest({ every }: Pick<Slots, 'every'>): number {
  return Math.max(LATEST, Math.min(every * LATEST_SHARE, AHEAD));
}

/** The share of a second's slots that a process takes at once: few, so that a slow-down reaches all workers soon. */
const AT_ONCE = 0.1;
const mostAtOnce = (limit: number) => Math.max(1, Math.floor(limit * AT_ONCE));
/** Slots are taken no more than this before their time, in ms: a late call must find those a second later to put off. */
export const AHEAD = 500;

/** Slots in a row: the first is at `first`, each further one `every` ms later. */
export interface Slots {
  count: number;
  first: number;
  every: number;
  /** How much had been put off when they were taken. */
  putOff: number;
}

/** How long a process waits, at least, before it looks whether it may go on, in ms. */
const LOOK_AGAIN = 250;

/** Takes the next slots, as many as are wanted but only a few; none before it is time, and none while the pace is held. */
export function takeSlots(
  state: PaceState,
  limit: number,
  now: number,
  wanted: number,
): { state: PaceState } & Slots {
  const every = spacing(currentRate(state, limit, now));
  const first = Math.max(now, state.next);
  const slots = { first, every, putOff: state.putOff };
  if (state.held === true) return { state, count: 0, ...slots, first: now + AHEAD + LOOK_AGAIN };
  if (first - now > AHEAD) return { state, count: 0, ...slots };
  const count = first - now > AHEAD / 2 ? 1 : Math.max(1, Math.min(wanted, mostAtOnce(limit)));
  return { state: { ...state, next: first + every * count }, count, ...slots };
}

/**
 * By how much all slots must have been put off once a call has left `late` ms after its slot, where `usual` is the least that
 * calls of this process are late: the one that comes `rate` slots later would be too close behind it.
 */
export function putOffAfter(slots: Pick<Slots, 'putOff'>, late: number, usual: number): number {
  return slots.putOff + late - Math.min(usual, USUAL_MOST) - TOLERATED;
}

/** Sees to it that all slots which are not yet taken have been put off by `putOff` ms in all. */
export function putOffTo(state: PaceState, putOff: number): PaceState {
  const more = putOff - state.putOff;
  return more <= 0 ? state : { ...state, next: state.next + more, putOff };
}

/**
 * The pace as it may be at `now`. By a clock that was set back, or is another server's after a failover, the next call's time may
 * be hours away: no later counts than a pause and the slots that are taken at once can make it.
 */
export function possiblePace(state: PaceState, limit: number, now: number): PaceState {
  const { next, since, pausedUntil } = state;
  const taken = spacing(currentRate(state, limit, now)) * mostAtOnce(limit);
  if (Math.max(next, since, pausedUntil) <= now + PAUSE_MOST + AHEAD + taken) return state;
  const atLatest = (time: number) => Math.min(time, now + PAUSE_MOST);
  return { ...state, next: atLatest(next), since: atLatest(since), pausedUntil: atLatest(pausedUntil) };
}

/** No slots until it is released. */
export function hold(state: PaceState): PaceState {
  return state.held === true ? state : { ...state, held: true };
}

export function release(state: PaceState): PaceState {
  return state.held === true ? { ...state, held: false } : state;
}

/** No slots for `ms` from now on; those that are taken are the business of who took them. */
export function pause(state: PaceState, now: number, ms: number): PaceState {
  const pausedUntil = Math.max(state.pausedUntil, now + ms);
  return { ...state, pausedUntil, next: Math.max(state.next, pausedUntil) };
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
  const again = state.strikes > 0 && startedAt - state.since <= AGAIN_WITHIN;
  const strikes = again ? state.strikes + 1 : 1;
  // What the service did not bear is the rate at which that call started, not the one that it has climbed to since.
  const ceiling = currentRate(state, limit, startedAt);
  const rate = Math.max(FLOOR, ceiling * (again ? DECREASE_AGAIN : DECREASE));
  const doublings = Math.max(0, strikes - PAUSES_ALIKE);
  const longest = Math.min(PAUSE_MOST, Math.max(PAUSE_LEAST, (PAUSE_CALLS * 1_000) / rate) * 2 ** doublings);
  const paused = pause(state, now, longest * (0.5 + jitter / 2));
  // What was under way before the pause ended is the same overload.
  return { ...paused, rate, ceiling, since: paused.pausedUntil, strikes };
}
