import { expect, test } from 'vitest';
import { memoryPaceStore, type PaceStore } from '../../src/rate/pace-store.js';
import { createPacer, type Pacer } from '../../src/rate/pacer.js';

const HOUR = 3_600_000;
const RATE = 50;
const never = new AbortController().signal;

/** A store whose server's clock can be set, as a person or a failover to another server does. */
function storeWithClock(): PaceStore & { set(by: number): void } {
  const store = memoryPaceStore();
  let ahead = 0;
  return {
    read: async () => {
      const stored = await store.read();
      return { ...stored, now: stored.now + ahead };
    },
    swap: async (...args) => {
      const stored = await store.swap(...args);
      return { ...stored, now: stored.now + ahead };
    },
    set: (by) => {
      ahead += by;
    },
  };
}

/** How many turns are had within two seconds. */
async function turnsHad(pacer: Pacer): Promise<number> {
  const end = AbortSignal.timeout(2_000);
  let had = 0;
  while (!end.aborted) {
    const turn = await pacer.turn(end).catch(() => undefined);
    if (turn === undefined) break;
    turn.left();
    had += 1;
  }
  return had;
}

async function begun(store: PaceStore): Promise<Pacer> {
  const pacer = createPacer(store, RATE);
  for (let turn = 0; turn < 5; turn += 1) (await pacer.turn(never)).left();
  return pacer;
}

test.concurrent(
  'a clock of the store that is set back costs some seconds, not as long as it was set back by',
  async () => {
    const store = storeWithClock();
    const pacer = await begun(store);
    store.set(-HOUR);
    (await pacer.turn(AbortSignal.timeout(20_000))).left();
    expect(await turnsHad(pacer)).toBeGreaterThan(RATE);
  },
);

test.concurrent.each([-HOUR, HOUR])(
  'a clock that is set by %d ms while a call leaves does not make that call late, nor those after it',
  async (by) => {
    const store = storeWithClock();
    const [one, other] = [await begun(store), await begun(store)];
    const turn = await one.turn(never);
    store.set(by);
    await other.setLimit(RATE - 1);
    await one.setLimit(RATE);
    turn.left();
    (await other.turn(AbortSignal.timeout(20_000))).left();
    expect(await turnsHad(one)).toBeGreaterThan(RATE);
  },
);

test.concurrent(
  'slots that were taken by a clock which is set back meanwhile are not waited for',
  async () => {
    const store = storeWithClock();
    const pacer = await begun(store);
    const turns = Array.from({ length: 5 }, () => pacer.turn(AbortSignal.timeout(20_000)));
    (await turns[0])?.left();
    store.set(-HOUR);
    await pacer.setLimit(RATE - 1);
    await Promise.all(turns);
  },
);
