import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { runProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, runOn, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Damaged1';

let standIn: SpawnedStandIn;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 5 } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(5)));
});
afterEach(() => workplace.remove());

test('whoever needs a summary.json that was damaged says so in a line, and where the outcomes are', async () => {
  const more = ['--generate', '--queue', inject('redisUrl'), '--run-dir', workplace.runDir, '--quiet'];
  const { code } = await runProgram([...runOn(POOL, standIn.url), ...more], workplace.here);
  expect(code).toBe(0);
  for (const damaged of ['{ "run": ', '{}']) {
    await writeFile(join(workplace.runDir, 'summary.json'), damaged);
    for (const [command = '', ...rest] of [['status'], ['verify', '--offline'], ['report'], ['resume']]) {
      const result = await runProgram([command, workplace.runDir, ...rest], workplace.here);
      expect(result, command).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr, command).toMatch(
        /^cognito-bulk-reset: .*summary\.json is not a run’s summary: .*report\.csv\.\n$/,
      );
    }
  }
});
