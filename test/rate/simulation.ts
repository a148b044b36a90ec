import { AHEAD, type PaceState, slowDown, startPace, takeSlots } from '../../src/rate/pace.js';
import { seededRandom } from '../support/seeded-random.js';
import type { Quota } from '../support/stand-in/quota.js';

export interface SimulationOptions {
  quota: Quota;
  /** The limit of the run, in calls a second. */
  limit: number;
  seconds: number;
  seed: number;
  /** How long an answer takes, in ms. */
  latency: Latency;
}

export interface Latency {
  least: number;
  most: number;
}

/** Calls in flight at most, for each that is allowed in a second; src/run/concurrency.ts. */
const IN_FLIGHT = 1.6;

export interface SimulatedCall {
  /** Seconds from the beginning. */
  at: number;
  throttled: boolean;
}

/**
 * A run against a quota, call by call and without real time: many calls in flight, each with a latency of its own, the
 * controller told of a throttled one when its answer comes.
 */
export function simulate({ quota, limit, seconds, seed, latency }: SimulationOptions): SimulatedCall[] {
  const random = seededRandom(seed);
  const calls: SimulatedCall[] = [];
  let state: PaceState = startPace(limit, 0);
  /** Answers on their way, by when they come. */
  const answers: { at: number; startedAt: number; throttled: boolean }[] = [];
  const hear = (until: number) => {
    answers.sort((a, b) => a.at - b.at);
    while (answers[0] !== undefined && answers[0].at <= until) {
      const answer = answers.shift();
      if (answer?.throttled === true) state = slowDown(state, limit, answer.at, answer.startedAt, random());
    }
  };
  for (let now = 0; now < seconds * 1_000;) {
    hear(now);
    if (answers.length >= limit * IN_FLIGHT) {
      now = Math.max(now, answers[0]?.at ?? now) + 0.001;
      continue;
    }
    const taken = takeSlots(state, limit, now, 1);
    // A slow-down that is heard while the call waits for its slot takes the slot away.
    const next = answers
      .filter(({ throttled }) => throttled)
      .reduce((least, { at }) => Math.min(least, at), Infinity);
    if (next < taken.first) {
      now = next;
      continue;
    }
    if (taken.count === 0) {
      now = taken.first - AHEAD;
      continue;
    }
    state = taken.state;
    now = taken.first;
    const takes = latency.least + random() * (latency.most - latency.least);
    const throttled = !quota.take(now);
    calls.push({ at: now / 1_000, throttled });
    answers.push({ at: now + takes, startedAt: now, throttled });
  }
  return calls;
}

/** The share of `allowed` (calls a second) that was used between two seconds, throttled calls apart. */
export function usedOf(calls: readonly SimulatedCall[], from: number, to: number, allowed: number): number {
  const good = calls.filter(({ at, throttled }) => !throttled && at >= from && at < to).length;
  return good / ((to - from) * allowed);
}

export function throttledShare(calls: readonly SimulatedCall[], from: number): number {
  const later = calls.filter(({ at }) => at >= from);
  return later.filter(({ throttled }) => throttled).length / later.length;
}

/** Seconds from `from` until, within one second, `rate` calls were let through. */
export function recoveredAfter(calls: readonly SimulatedCall[], from: number, rate: number): number {
  for (let after = 0; after < 60; after += 0.5) {
    if (usedOf(calls, from + after, from + after + 1, rate) >= 1) return after;
  }
  return Infinity;
}
