import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, runOn, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Quiet001';

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

const quiet = (...more: string[]) => [
  ...runOn(POOL, standIn.url),
  ...['--generate', '--run-dir', workplace.runDir, '--quiet', ...more],
];

test('a quiet run that asks nobody prints its result and nothing else', async () => {
  const watched = ['--metrics', '127.0.0.1:0', '--ui'];
  const { code, stdout, stderr } = await runProgram(quiet(...watched), workplace.here);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/succeeded +5/);
});

test('who is asked sees what about, however quiet the run is', async () => {
  const args = quiet().filter((word) => word !== '--yes');
  const { code, stderr } = await runProgram(args, workplace.here);
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`pool +.*${POOL}[^]*look at the plan above`));
});
