import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createWorkplace, csvOf, users, type Workplace } from '../cli/workplace.js';
import { runProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';

const POOL = 'eu-west-1_Sliding1';
const ROWS = 100;

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

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: () => ['--queue', inject('redisUrl')] },
])('with the queue on $queue', ({ flags }) => {
  test('the pool sees at most 30 calls in every sliding second at --rate 30, the first one included', async () => {
    const { code } = await runProgram(
      [
        [
          'run',
          'users.csv',
          '--pool-id',
          POOL,
          '--endpoint-url',
          standIn.url,
          '--allow-http',
          '--yes',
          '--quiet',
        ],
        ['--generate', '--rate', '30', '--run-dir', workplace.runDir, ...flags()],
      ].flat(),
      workplace.here,
    );
    expect(code).toBe(0);
    expect(await standIn.maxInSlidingSecond('AdminSetUserPassword')).toBeLessThanOrEqual(30);
  });
});
