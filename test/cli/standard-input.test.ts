import { expect, test } from 'vitest';
import { useScene } from './scene.js';
import { runOn } from './workplace.js';

const POOL = 'eu-west-1_StdIn01';

const scene = useScene({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 10 } }] });

// At a terminal standard input stays open.
const start = (...args: string[]) =>
  scene.start(args, { env: { TMPDIR: scene.workplace.path }, terminal: true });

test('Ctrl-C while the users of a run are read from standard input sends nothing and leaves neither copy nor key', async () => {
  const program = await start(
    ...runOn(POOL, scene.standIn.url, '-'),
    ...['--password-column', 'password', '--run-dir', scene.workplace.runDir],
  );
  program.type('username,password\nuser-1,Given-to-user-1!\n');
  await expect.poll(() => scene.workplace.has('input.sealed') && scene.workplace.has('run.key')).toBe(true);
  program.type('\u0003');
  const { code, stdout } = await program.result;
  expect(code).toBe(130);
  expect(stdout).toContain('Ending. Nothing was sent.');
  expect(scene.workplace.has('')).toBe(false);
  expect(await scene.standIn.size()).toBe(0);
});

test('Ctrl-C while the users of a plan are read from standard input ends it, and its copy is gone', async () => {
  const program = await start('plan', '-', ...scene.target(POOL));
  program.type('username\nuser-1\n');
  const copies = async () =>
    (await scene.workplace.names()).filter((name) => name.startsWith('cognito-bulk-reset-'));
  await expect.poll(async () => (await copies()).length).toBe(1);
  program.type('\u0003');
  const { code, stdout } = await program.result;
  expect(code).toBe(130);
  expect(stdout).toContain('Ending.');
  expect(await copies()).toEqual([]);
});
