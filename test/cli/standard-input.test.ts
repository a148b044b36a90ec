import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, runOn, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_StdIn01';

let standIn: SpawnedStandIn;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 10 } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(() => workplace.remove());

// At a terminal standard input stays open.
const start = (...args: string[]) =>
  startProgram(args, {
    ...workplace.here,
    env: { ...workplace.here.env, TMPDIR: workplace.path },
    terminal: true,
  });

test('Ctrl-C while the users of a run are read from standard input sends nothing and leaves neither copy nor key', async () => {
  const program = await start(
    ...runOn(POOL, standIn.url, '-'),
    ...['--password-column', 'password', '--run-dir', workplace.runDir],
  );
  program.type('username,password\nuser-1,Given-to-user-1!\n');
  await expect.poll(() => workplace.has('input.sealed') && workplace.has('run.key')).toBe(true);
  program.type('\u0003');
  const { code, stdout } = await program.result;
  expect(code).toBe(130);
  expect(stdout).toContain('Ending. Nothing was sent.');
  expect(workplace.has('')).toBe(false);
  expect(await standIn.size()).toBe(0);
});

test('Ctrl-C while the users of a plan are read from standard input ends it, and its copy is gone', async () => {
  const program = await start(
    ...['plan', '-', '--pool-id', POOL, '--endpoint-url', standIn.url, '--allow-http'],
  );
  program.type('username\nuser-1\n');
  const copies = async () =>
    (await workplace.names()).filter((name) => name.startsWith('cognito-bulk-reset-'));
  await expect.poll(async () => (await copies()).length).toBe(1);
  program.type('\u0003');
  const { code, stdout } = await program.result;
  expect(code).toBe(130);
  expect(stdout).toContain('Ending.');
  expect(await copies()).toEqual([]);
});
