import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Protect01';
const ROWS = 40;
/** Slow enough for a run to be ended before it comes to the rows in the midst of its file. */
const SLOW = ['--rate', '3'];

const scene = useScene({
  pools: [
    {
      id: POOL,
      caseSensitive: false,
      aliasAttributes: ['email'],
      users: [
        { username: 'Admin', email: 'root@example.org' },
        { username: 'operator', email: 'op@example.org' },
      ],
      generated: { pattern: 'user-%d', count: ROWS },
    },
  ],
});

const args = (...more: string[]) =>
  scene.runOn(POOL, '--plain', '--generate', '--quota', '500', '--rate', '200', ...more);
const errorOf = (username: string) =>
  scene.workplace.report().find((line) => line.username === username)?.error;
const wasCalled = async (...names: string[]) =>
  (await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).filter(({ username }) =>
    names.includes(username),
  );

test('a user on a --protect list is skipped as UserIsProtected whatever the CSV says, by the pool’s rule of case', async () => {
  await scene.workplace.write('users.csv', csvOf(['user-1', 'ADMIN', 'user-2', 'operator']));
  await scene.workplace.write('glass.txt', '# break-glass\n\nadmin\n');
  await scene.workplace.write('service.csv', 'username,why\noperator,runs the batch\n');
  const { code, stderr } = await scene.run(args('--protect', 'glass.txt', '--protect', 'service.csv'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/Protected +2 usernames, never reset/);
  expect(scene.workplace.report().map(({ status }) => status)).toEqual([
    'succeeded',
    'skipped',
    'succeeded',
    'skipped',
  ]);
  expect(errorOf('ADMIN')).toBe('UserIsProtected');
  expect(await wasCalled('ADMIN', 'Admin', 'operator')).toEqual([]);
});

test('an alias of a protected user, and a protected alias of a user, are skipped once the pool was asked, and each is told of once', async () => {
  await scene.workplace.write('users.csv', csvOf(['root@example.org', 'operator', 'user-1', 'user-2']));
  await scene.workplace.write('glass.txt', 'Admin\nop@example.org\nuser-2\n');
  const { code, stderr } = await scene.run(args('--protect', 'glass.txt', '--check-users'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ +3 {2}UserIsProtected$/m);
  expect([errorOf('root@example.org'), errorOf('operator'), errorOf('user-1')]).toEqual([
    'UserIsProtected',
    'UserIsProtected',
    '',
  ]);
  expect(await wasCalled('root@example.org', 'operator')).toEqual([]);
});

test('resume protects an alias of a user who is protected by now, also when its job is in the queue already', async () => {
  const around = [users(11), users(5, 12)] as const;
  await scene.workplace.write(
    'users.csv',
    csvOf([...around[0], 'root@example.org', 'operator', ...around[1]]),
  );
  await scene.workplace.write('late.txt', 'Admin\nop@example.org\n');
  const run = await scene.start(args(...SLOW, '--check-users', '--queue', inject('redisUrl')));
  await expect.poll(() => wasCalled('user-1'), { timeout: 60_000, interval: 20 }).not.toEqual([]);
  run.kill('SIGINT');
  expect((await run.result).code).toBe(130);
  const resumed = await scene.run(['resume', scene.workplace.runDir, '--protect', 'late.txt']);
  expect(resumed.code, resumed.stderr).toBe(1);
  expect(resumed.stderr).toMatch(/the pool is asked again/);
  expect([errorOf('root@example.org'), errorOf('operator')]).toEqual(['UserIsProtected', 'UserIsProtected']);
  expect(await wasCalled('root@example.org', 'operator', 'Admin')).toEqual([]);
  expect(scene.workplace.report()).toHaveLength(18);
});

test('the organisation’s configuration protects without a word on the command line; one that is wrong refuses the run', async () => {
  await scene.workplace.write('users.csv', csvOf(['user-1', 'admin']));
  const config = join(scene.workplace.path, 'config', 'cognito-bulk-reset');
  await mkdir(config, { recursive: true });
  const configured = { env: { XDG_CONFIG_HOME: join(scene.workplace.path, 'config') } };
  await writeFile(join(config, 'config.json'), '{"protect": ["admin"], "typo": 1}');
  const refused = await scene.run(args(), configured);
  expect(refused.code).toBe(2);
  expect(refused.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(refused.stderr).toMatch(/config\.json is wrong.*typo/);
  expect(await scene.standIn.size()).toBe(0);

  await writeFile(join(config, 'config.json'), '{"protect": ["admin"]}');
  expect((await scene.run(args(), configured)).code).toBe(1);
  expect(errorOf('admin')).toBe('UserIsProtected');
});

test('resume protects those whom the run protected, whatever became of the list, and refuses when nobody can say whom', async () => {
  await scene.workplace.write('users.csv', csvOf([...users(ROWS), 'admin']));
  await scene.workplace.write('glass.txt', 'admin\n');
  const run = await scene.start(args('--protect', 'glass.txt', '--rate', '20'));
  await scene.calledAtLeast(5);
  run.kill('SIGKILL');
  await run.result;
  await rm(join(scene.workplace.path, 'glass.txt'));

  const kept = join(scene.workplace.runDir, 'protected.json');
  const names = JSON.stringify(['admin'], null, 2);
  await writeFile(kept, '[]');
  const refused = await scene.run(['resume', scene.workplace.runDir]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/protected\.json is gone or was changed/);

  await writeFile(kept, `${names}\n`);
  expect((await scene.run(['resume', scene.workplace.runDir])).code).toBe(1);
  expect(errorOf('admin')).toBe('UserIsProtected');
  expect(await wasCalled('admin')).toEqual([]);
});

test.each([
  ['an empty list', 'glass.txt', '# nobody\n', /protect nobody/],
  ['a CSV read as a list', 'glass.txt', 'username,team\nadmin,ops\n', /line 1: looks like a CSV/],
  ['no username', 'glass.txt', 'two words\n', /line 1: .*white space/],
  ['no file', 'other.txt', 'admin\n', /does not exist/],
])('%s protects nobody, so the run is refused: exit 2, one line', async (_, name, content, message) => {
  await scene.workplace.write('users.csv', csvOf(['user-1']));
  await scene.workplace.write(name, content);
  const { code, stderr } = await scene.run(args('--protect', 'glass.txt'));
  expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
  expect(stderr).toMatch(message);
  expect(await scene.standIn.size()).toBe(0);
});

test('resume protects whoever is protected by now as well, also when their jobs are in the queue already', async () => {
  await scene.workplace.write('users.csv', csvOf([...users(11), 'operator', 'Admin', ...users(5, 12)]));
  const config = join(scene.workplace.path, 'config', 'cognito-bulk-reset');
  await mkdir(config, { recursive: true });
  const configured = { env: { XDG_CONFIG_HOME: join(scene.workplace.path, 'config') } };
  const queue = ['--queue', inject('redisUrl')];
  const run = await scene.start(args(...SLOW, ...queue), configured);
  await expect.poll(() => wasCalled('user-1'), { timeout: 60_000, interval: 20 }).not.toEqual([]);
  run.kill('SIGINT');
  await run.result;
  await writeFile(join(config, 'config.json'), '{"protect": ["operator", "user-1"]}');
  // Both name one user.
  await scene.workplace.write('late.txt', 'admin\noperator\n');
  const resumed = await scene.run(['resume', scene.workplace.runDir, '--protect', 'late.txt'], configured);
  expect(resumed.code, resumed.stderr).toBe(1);
  expect([errorOf('operator'), errorOf('Admin')]).toEqual(['UserIsProtected', 'UserIsProtected']);
  expect(await wasCalled('operator', 'Admin')).toEqual([]);
  // What was done before is not hidden.
  expect(errorOf('user-1')).toBe('');
  expect(scene.workplace.report()).toHaveLength(18);
  expect(scene.workplace.json('protected.json')).toEqual(['operator', 'user-1', 'admin']);
});
