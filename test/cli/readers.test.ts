import { expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Reader1';
const ROWS = 60;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }],
  users: users(ROWS),
});

/** The program in a pipeline; the exit code is its own. `true` is gone before the program writes its first line. */
const into = (pipe: string) => ({ wrapper: ['bash', '-o', 'pipefail', '-c', `"$0" "$@" ${pipe}`] });
const runArgs = (...more: string[]) => scene.runOn(POOL, '--generate', ...more);

test.each([[['run', '--help-all']], [['help', 'run']], [['--version']], [['completion', 'bash']]])(
  '%j ends quietly when nobody reads it',
  async (args) => {
    expect(await scene.run(args, into('| true'))).toMatchObject({ code: 0, stderr: '' });
  },
);

test('what can’t be written for want of room is said in a line', async () => {
  expect(await scene.run(['--version'], into('> /dev/full'))).toMatchObject({
    code: 3,
    stderr: 'cognito-bulk-reset: standard output could not be written (ENOSPC).\n',
  });
});

test('a mistake that nobody reads has its exit code all the same', async () => {
  expect((await scene.run(['run', 'nobody.csv'], into('2>&1 | true'))).code).toBe(2);
});

test.each([
  ['standard output', '| true'],
  ['standard error', '2> >(true)'],
  ['either', '2>&1 | true'],
  ['standard error, whose disk is full', '2> /dev/full'],
])('a run goes on to its end when nobody reads %s any more', async (_, pipe) => {
  const { code, stderr } = await scene.run(runArgs('--progress', 'json', '--rate', '30'), into(pipe));
  expect(code, stderr).toBe(0);
  expect(stderr).not.toMatch(/EPIPE/);
  expect(scene.workplace.report().filter(({ status }) => status === 'succeeded')).toHaveLength(ROWS);
  expect(scene.workplace.has('summary.json')).toBe(true);
});

test('status --watch ends quietly when its reader has had enough, and the run that it shows goes on', async () => {
  const program = await scene.start(runArgs('--rate', '1', '--queue', inject('redisUrl')));
  await expect.poll(() => scene.workplace.has('live.json')).toBe(true);
  const watched = await scene.run(['status', scene.workplace.runDir, '--watch', '--json'], into('| head -1'));
  expect(watched).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(watched.stdout)).toMatchObject({ state: 'running' });
  const { stdout } = await scene.run(['status', scene.workplace.runDir, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'running' });
  program.kill('SIGINT');
  expect((await program.result).code).toBe(130);
});
