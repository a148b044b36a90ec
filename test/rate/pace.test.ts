import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentRate, LATEST, type PaceState, slowDown, startPace, takeSlots } from '../../src/rate/pace.js';

const SECOND = 1_000;
/** More events than a run of some minutes has; each is a step in the state's time. */
const EVENTS = { maxLength: 120 };

type Event =
  | { kind: 'ask'; after: number; count: number; late: number[] }
  | { kind: 'throttle'; after: number; age: number; jitter: number };

const wait = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3_000, noNaN: true }));
/** How late each call starts: never at all, or up to what the pacer lets through. */
const lateness = fc.array(fc.double({ min: 0, max: LATEST, noNaN: true }), { maxLength: 5 });
const ask = fc.record({
  kind: fc.constant('ask' as const),
  after: wait,
  count: fc.integer({ min: 1, max: 40 }),
  late: lateness,
});
const throttle = fc.record({
  kind: fc.constant('throttle' as const),
  after: wait,
  age: fc.double({ min: 0, max: 2_000, noNaN: true }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const limit = fc.integer({ min: 1, max: 300 });

/** When the calls start, as late as each may be, for any schedule of asks and slow-downs. */
function startsOf(rate: number, events: readonly Event[]): number[] {
  let now = 0;
  let state: PaceState = startPace(rate, now);
  const starts: number[] = [];
  for (const event of events) {
    now += event.after;
    if (event.kind === 'throttle') {
      state = slowDown(state, rate, now, now - event.age, event.jitter);
      continue;
    }
    const taken = takeSlots(state, rate, now, event.count);
    state = taken.state;
    for (let i = 0; i < event.count; i += 1) {
      starts.push(taken.first + i * taken.every + (event.late[i % Math.max(1, event.late.length)] ?? 0));
    }
  }
  return starts.sort((a, b) => a - b);
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
  test('starts at most `rate` calls in every sliding second, whatever is asked and however late calls start', () => {
    fc.assert(
      fc.property(limit, fc.array(fc.oneof(ask, throttle), EVENTS), (rate, events) => {
        expect(mostInASecond(startsOf(rate, events))).toBeLessThanOrEqual(rate);
      }),
    );
  });

  test('a rate that is no whole number is never rounded up by more than the call that is under way', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 50, noNaN: true }), fc.array(ask, EVENTS), (rate, events) => {
        expect(mostInASecond(startsOf(rate, events))).toBeLessThanOrEqual(Math.ceil(rate));
      }),
    );
  });

  test('uses at least 96 % of the rate while there is work', () => {
    fc.assert(
      fc.property(limit, fc.integer({ min: 1, max: 40 }), (rate, count) => {
        let state = startPace(rate, 0);
        let slots = 0;
        for (let now = 0; now < 60 * SECOND; now = state.next) {
          state = takeSlots(state, rate, now, count).state;
          slots += count;
        }
        expect(slots / (state.next / SECOND)).toBeGreaterThanOrEqual(0.96 * rate);
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
        expect(first).toBeGreaterThanOrEqual(1_250);
        expect(first).toBeLessThanOrEqual(1_500);
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
    expect(pauses[0]).toBe(500);
    expect(pauses.at(-1)).toBe(15_000);
    expect(slowDown(state, 30, now + 60_000, now + 60_000, 1).next - (now + 60_000)).toBe(500);
  });

  test('never stops the queue for good: the rate stays over 0', () => {
    let state = startPace(30, 0);
    for (let now = 0; now < 100_000; now += 100) state = slowDown(state, 30, now, now, 1);
    expect(currentRate(state, 30, 100_000)).toBeGreaterThanOrEqual(0.5);
  });

  test('is climbed out of within a minute after it ends, to the limit and no further', () => {
    fc.assert(
      fc.property(limit, fc.integer({ min: 0, max: 100_000 }), (rate, later) => {
        const state = slowDown(startPace(rate, 0), rate, 1_000, 900, 1);
        expect(currentRate(state, rate, state.next + 60_000 + later)).toBe(rate);
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
