import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { memoryPaceStore } from '../../src/rate/pace-store.js';
import { createPacer } from '../../src/rate/pacer.js';
import { emptyTally } from '../../src/report/tally.js';
import { attend } from '../../src/run/attend.js';
import { askOf } from '../../src/run/control.js';
import { createRunDirectory } from '../../src/run/directory.js';
import type { LiveRun } from '../../src/run/live-run.js';
import { temporaryDirectory } from '../report/temporary-directory.js';

/** A run whose queue doesn't hear of a pause before `pausing` resolves, as other terminals see it. */
async function attendedRun() {
  const directory = await createRunDirectory(join(temporaryDirectory(), 'run'));
  const pacer = createPacer(memoryPaceStore(), 20);
  const asked: string[] = [];
  const pausing = Promise.withResolvers<void>();
  let paused = false;
  const live: Omit<LiveRun, 'reporter' | 'pacers'> = {
    startedAt: Date.now(),
    rows: () => ({ rows: 10, exact: true }),
    paused: () => paused,
    asking: () => false,
    pause: async () => {
      asked.push('pause');
      await pausing.promise;
      paused = true;
    },
    proceed: async () => {
      asked.push('proceed');
      paused = false;
    },
    queueAnswers: () => true,
    queueDepth: async () => ({}),
    setRate: async () => undefined,
    handOver: () => void asked.push('hand over'),
    stop: () => undefined,
  };
  const attended = await attend(directory, {
    id: 'run-1',
    // Of the reporter only its counts are looked at.
    live: {
      ...live,
      reporter: { tally: emptyTally(), heard: emptyTally() },
      pacers: { passwords: pacer },
    } as LiveRun,
    lock: { takenOverBy: async () => undefined, release: async () => undefined },
    log: pino({ level: 'silent' }),
  });
  return { directory, asked, pausing, paused: () => paused, attended };
}

test('a run that is paused and at once let go on is not paused in the end, however long the pause takes', async () => {
  const { directory, asked, pausing, paused, attended } = await attendedRun();
  try {
    await askOf(directory, { paused: true });
    await expect.poll(() => asked).toEqual(['pause']);
    await askOf(directory, { paused: false });
    // Longer than a run takes to look; it may have heard of it or not.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    pausing.resolve();
    await expect.poll(() => asked).toEqual(['pause', 'proceed']);
    expect(paused()).toBe(false);
  } finally {
    await attended.stop(undefined);
  }
});

test('a run is cancelled though a queue that does not answer keeps a pause from being done', async () => {
  const { directory, asked, attended } = await attendedRun();
  try {
    await askOf(directory, { paused: true });
    await expect.poll(() => asked).toEqual(['pause']);
    await askOf(directory, { cancelled: true });
    await expect.poll(() => asked).toEqual(['pause', 'hand over']);
  } finally {
    await attended.stop(undefined);
  }
});
