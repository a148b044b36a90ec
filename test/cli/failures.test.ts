import { describe, expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Failur';
const ROWS = 330;

const scene = useScene({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });

async function run(...more: string[]) {
  const fast = ['--generate', '--quota', '1000', '--rate', '200', '--concurrency', '10'];
  return scene.run(scene.runOn(POOL, '--json', ...fast, ...more));
}
const resume = (...more: string[]) => scene.run(['resume', scene.workplace.runDir, '--json', ...more]);

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: (): string[] => ['--queue', inject('redisUrl')] },
])('with the queue on $queue', ({ flags }) => {
  test('a wrong column stops after the first 100 users, says why and what to do; resume counts anew, and with 100% ends', async () => {
    const names = users(ROWS).map((name) => `nobody-${name}`);
    await scene.workplace.write('users.csv', csvOf(names));
    const first = await run(...flags());
    expect(first.code).toBe(3);
    expect(JSON.parse(first.stdout)).toMatchObject({
      status: 'stopped',
      error: 'TooManyFailures',
      message: expect.stringMatching(
        /^100 of 100 users failed \(--max-failures 10%\): 100 UserNotFoundException\. .*column/,
      ),
    });
    expect(first.stderr).toMatch(/new run is needed.*\n.*\n.*cognito-bulk-reset resume/);
    const before = scene.workplace.report();
    expect(before.length).toBeGreaterThanOrEqual(100);
    // The calls in flight and no more.
    expect(await scene.standIn.size()).toBeLessThan(200);

    const second = await resume();
    expect(second.code).toBe(3);
    expect(JSON.parse(second.stdout).message).toMatch(/^100 of 100 users failed after row \d+ /);
    expect(scene.workplace.report().slice(0, before.length)).toEqual(before);
    expect(scene.workplace.report().length).toBeGreaterThanOrEqual(before.length + 100);

    const last = await resume('--max-failures', '100%');
    expect(last.code).toBe(1);
    expect(JSON.parse(last.stdout)).toMatchObject({ rows: ROWS, byError: { UserNotFoundException: ROWS } });
    expect(scene.workplace.json('run.json')).toMatchObject({ maxFailures: { percent: 100 } });
    const calls = await scene.standIn.calls({ operation: 'AdminSetUserPassword' });
    expect(new Set(calls.map(({ username }) => username)).size).toBe(calls.length);
  });

  test('--max-failures <n> stops at the nth, and resume does not stop at the failures of before', async () => {
    const names = users(300).map((name, at) => (at % 25 === 10 ? `nobody-${at}` : name));
    await scene.workplace.write('users.csv', csvOf(names));
    const first = await run('--max-failures', '6', ...flags());
    expect(first.code).toBe(3);
    expect(JSON.parse(first.stdout).message).toMatch(/^6 of 136 users failed/);
    // Six more from there on: the twelfth and last is in the last row but fourteen.
    const second = await resume('--max-failures', '7');
    expect(second.code).toBe(1);
    expect(scene.workplace.report().map(({ username }) => username)).toEqual(names);
  });
});

test('failures of the file itself count too, and a run whose last rows they are has finished', async () => {
  await scene.workplace.write('users.csv', csvOf([...users(100), ...users(100).map((name) => `${name} x`)]));
  const result = await run('--max-failures', '50%', '--queue', inject('redisUrl'));
  expect(result.code).toBe(1);
  expect(JSON.parse(result.stdout)).toMatchObject({
    status: 'finished',
    rows: 200,
    byError: { InvalidUsername: 100 },
  });
});

test('a limit that is none is refused in one line', async () => {
  await scene.workplace.write('users.csv', csvOf(users(1)));
  for (const limit of ['0', '-1', '2.5', '0%', '101%', 'many', '%']) {
    const { code, stderr } = await run('--max-failures', limit);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^cognito-bulk-reset: .*--max-failures.*takes a number of users from 1.*\n$/);
  }
});
