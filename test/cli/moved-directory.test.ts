import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, runOn, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Moved1';
const ROWS = 300;

let standIn: SpawnedStandIn;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(ROWS)));
  await standIn.clear();
});
afterEach(() => workplace.remove());

test.each([
  { queue: 'the embedded queue', flags: (): string[] => [] },
  { queue: 'Redis', flags: () => ['--queue', inject('redisUrl')] },
])(
  'with $queue, a run whose directory is moved stops and says so, and goes on where it is now',
  async ({ flags }) => {
    const run = await startProgram(
      [
        ...runOn(POOL, standIn.url),
        ...['--generate', '--quota', '1000', '--rate', '40', '--run-dir', workplace.runDir],
        ...flags(),
      ],
      workplace.here,
    );
    await expect
      .poll(() => (workplace.has('report.csv') ? workplace.report().length : 0))
      .toBeGreaterThan(20);
    const moved = join(workplace.path, 'moved');
    await rename(workplace.runDir, moved);
    const { code, stderr } = await run.result;
    expect(code).toBe(3);
    expect(stderr).toContain(`RunDirectoryGone: ${workplace.runDir} was moved or removed`);
    expect(workplace.has('report.csv')).toBe(false);
    expect(await standIn.size()).toBeLessThan(ROWS);

    expect((await runProgram(['resume', moved, '--quiet'], workplace.here)).code).toBe(0);
    await rename(moved, workplace.runDir);
    expect(workplace.report().map(({ username, status }) => [username, status])).toEqual(
      users(ROWS).map((name) => [name, 'succeeded']),
    );
    const counts = Object.values(await standIn.appliedCounts());
    expect(counts).toHaveLength(ROWS);
  },
);
