import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AHEAD,
  currentRate,
  type PaceState,
  putOffAfter,
  putOffTo,
  slowDown,
  startPace,
  takeSlots,
} from '../../src/rate/pace.js';

const SECOND = 1_000;
/** What the margin leaves for the network, in ms: how much later one call may come than another, by what each left at. */
const NETWORK = 15;
/** A trace of this many calls has some seconds of the lowest rate that is tried. */
const CALLS = 150;

const limit = fc.integer({ min: 1, max: 300 });

interface World {
  rate: number;
  workers: number;
  /** How late calls leave this process, one after the other, again and again. */
  late: number[];
  /** What the network adds to each. */
  network: number[];
  /** Every so many calls one is throttled, and heard of after so many ms. */
  throttleEvery: number;
  latency: number;
}

const world: fc.Arbitrary<World> = fc.record({
  rate: fc.integer({ min: 1, max: 60 }),
  workers: fc.integer({ min: 1, max: 8 }),
  late: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: 0, max: 15, noNaN: true }) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 500, noNaN: true }) },
    ),
    { minLength: 1, maxLength: 60 },
  ),
  network: fc.array(fc.double({ min: 0, max: NETWORK, noNaN: true }), { minLength: 1, maxLength: 60 }),
  throttleEvery: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 5, max: 50 })),
  latency: fc.double({ min: 1, max: 2_000, noNaN: true }),
});

/**
 * When the service sees the calls of workers that each take slots, use them as late as it comes, and tell when they left
 * or were throttled.
 */
function arrivalsOf({ rate, workers, late, network, throttleEvery, latency }: World): number[] {
  let state: PaceState = startPace(rate, 0);
  const arrivals: number[] = [];
  const events: { at: number; happens: (now: number) => void }[] = [];
  const on = (at: number, happens: (now: number) => void) => events.push({ at, happens });
  const take = (now: number) => {
    if (arrivals.length >= CALLS) return;
    const slots = takeSlots(state, rate, now, 40);
    state = slots.state;
    if (slots.count === 0) on(slots.first - AHEAD / 2, take);
    if (slots.count === 0) return;
    let free = now;
    for (let i = 0; i < slots.count; i += 1) {
      const slot = slots.first + i * slots.every;
      const call = arrivals.length;
      const leaves = slot + (late[call % late.length] ?? 0);
      free = Math.max(free, slot);
      arrivals.push(leaves + (network[call % network.length] ?? 0));
      on(leaves, () => {
        state = putOffTo(state, putOffAfter(slots, leaves - slot, 0));
      });
      if (call % throttleEvery === throttleEvery - 1) {
        on(leaves + latency, (heard) => {
          state = slowDown(state, rate, heard, leaves, 0);
        });
      }
    }
    on(free, take);
  };
  for (let worker = 0; worker < workers; worker += 1) on(0, take);
  for (;;) {
    events.sort((a, b) => a.at - b.at);
    const event = events.shift();
    if (event === undefined) return arrivals.sort((a, b) => a - b);
    event.happens(event.at);
  }
}

function mostInASecond(starts: readonly number[]): number {
  let most = 0;
  let oldest = 0;
  for (const [index, start] of starts.entries()) {
    // Half open: a call that starts a whole second after another shares no second with it.
    while (start - (starts[oldest] ?? start) >= SECOND - 1e-6) oldest += 1;
    most = Math.max(most, index - oldest + 1);
  }
  return most;
}

describe('the pace', () => {
  test('lets the service see at most `rate` calls in every sliding second, however many workers there are and however late calls leave', () => {
    fc.assert(
      fc.property(world, (of) => {
        expect(mostInASecond(arrivalsOf(of))).toBeLessThanOrEqual(of.rate);
      }),
      { numRuns: 300 },
    );
  });

  test('a rate that is no whole number is never rounded up by more than the call that is under way', () => {
    fc.assert(
      fc.property(world, fc.double({ min: 0.2, max: 50, noNaN: true }), (of, rate) => {
        expect(mostInASecond(arrivalsOf({ ...of, rate }))).toBeLessThanOrEqual(Math.ceil(rate));
      }),
    );
  });

  test('uses at least 98 % of the rate while there is work', () => {
    fc.assert(
      fc.property(limit, fc.integer({ min: 1, max: 40 }), (rate, count) => {
        let state = startPace(rate, 0);
        let slots = 0;
        for (let now = 0; now < 60 * SECOND; now = state.next) {
          const taken = takeSlots(state, rate, now, count);
          state = taken.state;
          slots += taken.count;
        }
        expect(slots / (state.next / SECOND)).toBeGreaterThanOrEqual(0.98 * rate);
      }),
    );
  });

  test('saves nothing up while nobody asks', () => {
    const idle = startPace(30, 0);
    const { first, every } = takeSlots(idle, 30, 60_000, 30);
    expect(first).toBe(60_000);
    expect(every).toBeGreaterThan(SECOND / 30);
  });
});

describe('a slow-down', () => {
  test('lowers the rate once for all calls of the same overload', () => {
    fc.assert(
      fc.property(
        limit,
        fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (rate, ages) => {
          const first = slowDown(startPace(rate, 0), rate, 1_000, 900, 0.5);
          // All of these calls had started before the first one was answered.
          const rest = ages.reduce((state, age) => slowDown(state, rate, 1_010, 1_000 - age, 0.5), first);
          expect(rest).toEqual(first);
        },
      ),
    );
  });

  test('lowers the rate, pauses, and never gives a slot before the pause ends', () => {
    fc.assert(
      fc.property(limit, fc.double({ min: 0, max: 1, noNaN: true }), (rate, jitter) => {
        const state = slowDown(startPace(rate, 0), rate, 1_000, 900, jitter);
        expect(currentRate(state, rate, 1_000)).toBeLessThan(rate);
        const { first } = takeSlots(state, rate, 1_000, 1);
        expect(first).toBeGreaterThanOrEqual(1_085);
        expect(first).toBeLessThanOrEqual(1_170 + 2_200 / rate);
      }),
    );
  });

  test('pauses longer each time it comes again, up to 15 s, and forgets after a quiet time', () => {
    const pauses: number[] = [];
    let state = startPace(30, 0);
    let now = 0;
    for (let strike = 0; strike < 14; strike += 1) {
      state = slowDown(state, 30, now, now, 1);
      pauses.push(state.next - now);
      now = state.next + 1;
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBe(170);
    expect(pauses.at(-1)).toBeCloseTo(15_000);
    expect(slowDown(state, 30, now + 600_000, now + 600_000, 1).next - (now + 600_000)).toBe(170);
  });

  test('never stops the queue for good: the rate stays over 0', () => {
    let state = startPace(30, 0);
    for (let now = 0; now < 100_000; now += 100) state = slowDown(state, 30, now, now, 1);
    expect(currentRate(state, 30, 100_000)).toBeGreaterThanOrEqual(0.5);
  });

  test('is climbed out of within two minutes after it ends, to the limit and no further', () => {
    fc.assert(
      fc.property(limit, fc.integer({ min: 0, max: 100_000 }), (rate, later) => {
        const state = slowDown(startPace(rate, 0), rate, 1_000, 900, 1);
        expect(currentRate(state, rate, state.next + 120_000 + later)).toBe(rate);
      }),
    );
  });

  test('climbs steadily: the rate is never lower later', () => {
    fc.assert(
      fc.property(limit, fc.nat(60_000), fc.nat(60_000), (rate, one, other) => {
        const state = slowDown(startPace(rate, 0), rate, 0, 0, 1);
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        expect(currentRate(state, rate, early)).toBeLessThanOrEqual(currentRate(state, rate, late));
      }),
    );
  });
});
