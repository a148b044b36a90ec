import { expect, test } from 'vitest';
import { runScenario } from './scenario.js';

/** `npm run chaos` plays many seeds for as long as wanted; these are played with every change. */
test.concurrent.each([
  { queue: 'embedded', seed: 7, rows: 700, blows: 6 },
  { queue: 'redis', seed: 11, rows: 1_500, blows: 8 },
  { queue: 'redis', seed: 5, rows: 120, blows: 4, disable: true },
] as const)(
  'whatever is killed, stopped, refused or lost, each row has one true line ($queue queue, seed $seed, --disable: $disable)',
  async (options) => {
    const { violations, blows } = await runScenario(options);
    expect(violations, `again: npm run chaos -- ${JSON.stringify(options)}`).toEqual([]);
    expect(blows.killedRun + blows.killedWorker + blows.killedRedis).toBeGreaterThan(0);
  },
);
