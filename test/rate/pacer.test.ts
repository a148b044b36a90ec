import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryPaceStore, type PaceStore } from '../../src/rate/pace-store.js';
import { createPacer, type Pacer } from '../../src/rate/pacer.js';
import { maxInWindow } from '../support/stand-in/sliding-maximum.js';
import { memoryStores, postgresStores, redisStores, type Stores } from './stores.js';

const never = new AbortController().signal;

/** Takes turns, one after the other, and notes when each began. */
async function takeTurns(pacer: Pacer, count: number, starts: number[]): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    const { left } = await pacer.turn(never);
    starts.push(performance.now());
    left();
  }
}

function mostInASecond(starts: readonly number[]): number {
  return maxInWindow(Float64Array.from(starts), 1_000);
}

/** A store that counts how often slots were taken from it. */
function counting(store: PaceStore): PaceStore & { taken: () => number } {
  let taken = 0;
  return {
    read: store.read,
    swap: async (version, state) => {
      const answer = await store.swap(version, state);
      if (answer.swapped) taken += 1;
      return answer;
    },
    taken: () => taken,
  };
}

describe.each([
  ['memory', memoryStores],
  ['Redis', redisStores],
  ['PostgreSQL', postgresStores],
] as const)('over %s', (_, start) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await start();
  });
  afterAll(() => stores.close());

  test('another limit holds for every pacer of the store, also for one that begins later', async () => {
    const [one, other] = [1, 2].map(() => createPacer(stores.open('another limit'), 30));
    await other?.turn(never);
    await one?.setLimit(400);
    await other?.turn(never);
    const later = createPacer(stores.open('another limit'), 30);
    await later.turn(never);
    expect([one, other, later].map((pacer) => pacer?.view().limit)).toEqual([400, 400, 400]);
    const starts: number[] = [];
    await takeTurns(later, 20, starts);
    // At 30 a second they take 650 ms at least.
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeLessThan(600);
  });

  test('four pacers together keep to the rate in every sliding second, and use it', async () => {
    const rate = 60;
    const starts: number[] = [];
    const pacers = Array.from({ length: 4 }, () => createPacer(stores.open('together'), rate));
    // Three calls in flight for each of them, as workers have.
    const calls = pacers.flatMap((pacer) => [1, 2, 3].map(() => takeTurns(pacer, 8, starts)));
    const begun = performance.now();
    await Promise.all(calls);
    expect(starts).toHaveLength(96);
    expect(mostInASecond(starts)).toBeLessThanOrEqual(rate);
    // 96 evenly spaced starts take 1.6 s; four pacers that each waited for all the others would take 6 and more.
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('a pacer that starts later goes on where the others are, without a burst', async () => {
    const starts: number[] = [];
    await takeTurns(createPacer(stores.open('later'), 40), 25, starts);
    await takeTurns(createPacer(stores.open('later'), 40), 25, starts);
    expect(mostInASecond(starts)).toBeLessThanOrEqual(40);
  });

  test('a slow-down that one pacer heard of holds for all', async () => {
    const [one, other] = [createPacer(stores.open('slowed'), 100), createPacer(stores.open('slowed'), 100)];
    await Promise.all([one.turn(never), other.turn(never)]);
    await one.slowDown(performance.now());
    const slowed = performance.now();
    await other.turn(never);
    // The first pause is 85 to 170 ms; the store's clock may be a little ahead of the answer that told of it.
    expect(performance.now() - slowed).toBeGreaterThan(70);
    expect(other.view()).toMatchObject({ limit: 100, why: 'throttled' });
    expect(other.view().rate).toBeLessThan(90);
  });

  test('while one pacer holds the pace nobody calls, though that one does nothing more, until it is released', async () => {
    const pacers = [1, 2, 3].map(() => createPacer(stores.open('held'), 50));
    const [one, other, releasing] = pacers;
    await other?.turn(never);
    await one?.hold();
    const starts: number[] = [];
    // The slots that another process had taken before it knows are up to half a second's.
    const calls = takeTurns(other ?? expect.unreachable(), 60, starts);
    await sleep(1_500);
    const before = starts.length;
    expect(before).toBeLessThan(30);
    await sleep(1_000);
    expect(starts).toHaveLength(before);
    await releasing?.release();
    const released = performance.now();
    await calls;
    const after = starts.filter((start) => start > released);
    expect((after[0] ?? 0) - released).toBeLessThan(1_500);
    expect(mostInASecond(after)).toBeLessThanOrEqual(50);
  });

  test('swaps that meet lose nothing: each slot is taken by exactly one', async () => {
    const all = Array.from({ length: 5 }, () => stores.open('swaps'));
    const first = await all[0]?.read();
    const version = first?.version ?? 0;
    const state = { next: 1, rate: 2, since: 3, ceiling: 1, strikes: 4, putOff: 5, pausedUntil: 6 };
    const answers = await Promise.all(all.map((store) => store.swap(version, state)));
    expect(answers.filter(({ swapped }) => swapped)).toHaveLength(1);
    expect(await all[0]?.read()).toMatchObject({ version: version + 1, state });
  });
});

test('an aborted turn takes nobody’s slot: the next in line starts in its place', async () => {
  const store = counting(memoryPaceStore());
  // At this rate a pacer takes one slot at a time.
  const pacer = createPacer(store, 10);
  const gone = new AbortController();
  await pacer.turn(never);
  const second = pacer.turn(gone.signal);
  const third = pacer.turn(never);
  gone.abort(new Error('the run ends'));
  await expect(second).rejects.toThrow('the run ends');
  await third;
  expect(store.taken()).toBe(2);
});

test('a turn for a run that has ended already asks for no slot', async () => {
  const store = counting(memoryPaceStore());
  const pacer = createPacer(store, 10);
  await expect(pacer.turn(AbortSignal.abort(new Error('ended')))).rejects.toThrow('ended');
  expect(store.taken()).toBe(0);
});

test('slots taken ahead are not used after a slow-down', async () => {
  const pacer = createPacer(memoryPaceStore(), 200);
  const starts: number[] = [];
  const turns = Array.from({ length: 30 }, () => takeTurns(pacer, 1, starts));
  await Promise.race(turns);
  await pacer.slowDown(performance.now());
  const slowed = performance.now();
  await Promise.all(turns);
  const after = starts.filter((start) => start > slowed);
  expect(after.length).toBeGreaterThan(20);
  expect(Math.min(...after) - slowed).toBeGreaterThan(80);
});

test('slots that a stalled event loop slept through are thrown away, not made up for', async () => {
  const rate = 50;
  const pacer = createPacer(memoryPaceStore(), rate);
  const starts: number[] = [];
  const turns = Array.from({ length: 100 }, () => takeTurns(pacer, 1, starts));
  await Promise.race(turns);
  for (const until = performance.now() + 400; performance.now() < until;);
  await Promise.all(turns);
  expect(mostInASecond(starts)).toBeLessThanOrEqual(rate);
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  // Two calls in one tick would be a burst of a slot made up for.
  expect(Math.min(...gaps)).toBeGreaterThan(0.5);
});

test('a call that left late puts off those that would come less than a second behind it', async () => {
  const rate = 20;
  const pacer = createPacer(memoryPaceStore(), rate);
  const starts: number[] = [];
  const calls = Array.from({ length: 30 }, async (_, call) => {
    const { left } = await pacer.turn(never);
    // As when it had to wait for a connection first.
    if (call === 2) await sleep(200);
    starts.push(performance.now());
    left();
  });
  await Promise.all(calls);
  expect(mostInASecond(starts)).toBeLessThanOrEqual(rate);
});

test('an answer of the store that comes late does not move the clock: calls after it are no closer together', async () => {
  const rate = 50;
  const store = memoryPaceStore();
  let answers = 0;
  const slowAtTimes: PaceStore = {
    read: store.read,
    swap: async (version, state) => {
      const answer = await store.swap(version, state);
      if (answer.swapped) answers += 1;
      // As when the event loop was busy, or the network slow: what it says of the time is old by then.
      if (answer.swapped && answers % 3 === 0) await sleep(100);
      return answer;
    },
  };
  const starts: number[] = [];
  const pacers = [slowAtTimes, store, store].map((one) => createPacer(one, rate));
  const calls = pacers.flatMap((pacer) => Array.from({ length: 8 }, () => takeTurns(pacer, 8, starts)));
  await Promise.all(calls);
  expect(mostInASecond(starts)).toBeLessThanOrEqual(rate);
});

test('nobody calls while a pause lasts, and the view says why', async () => {
  const pacer = createPacer(memoryPaceStore(), 100);
  await pacer.turn(never);
  const paused = performance.now();
  await pacer.pauseFor(300);
  expect(pacer.view()).toMatchObject({ why: 'outage', limit: 100 });
  expect(pacer.view().pausedMs).toBeGreaterThan(100);
  await pacer.turn(never);
  expect(performance.now() - paused).toBeGreaterThanOrEqual(295);
});

test('a store that is out of reach for a moment costs no turn', async () => {
  const store = memoryPaceStore();
  let failures = 2;
  const shaky: PaceStore = {
    ...store,
    read: async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('connection lost');
      return store.read();
    },
  };
  const pacer = createPacer(shaky, 100);
  await pacer.turn(never);
  expect(failures).toBeLessThan(0);
});

test('a store that loses its pace has it again from a process that remembers it: another limit, and no burst', async () => {
  let store = memoryPaceStore();
  const losing: PaceStore = {
    read: () => store.read(),
    swap: (version, state) => store.swap(version, state),
  };
  const pacer = createPacer(losing, 400);
  await pacer.setLimit(40);
  const starts: number[] = [];
  await takeTurns(pacer, 20, starts);
  store = memoryPaceStore();
  await takeTurns(pacer, 25, starts);
  expect(pacer.view().limit).toBe(40);
  expect(mostInASecond(starts)).toBeLessThanOrEqual(40);
});

test('a process that was busy when its slot came uses it all the same where calls are far apart, and puts off the next', async () => {
  const pacer = createPacer(memoryPaceStore(), 1);
  const starts: number[] = [];
  await takeTurns(pacer, 1, starts);
  const [first = 0] = starts;
  const others = takeTurns(pacer, 2, starts);
  await sleep(950);
  // Nothing else runs here meanwhile.
  while (performance.now() < first + 1_150);
  await others;
  const [, second = 0, third = 0] = starts;
  // The slot after it would be at 2040 ms.
  expect(second - first).toBeLessThan(1_700);
  expect(third - second).toBeGreaterThanOrEqual(1_000);
});
