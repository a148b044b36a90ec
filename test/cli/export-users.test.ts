import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, inject, test } from 'vitest';
import { useScene } from './scene.js';

const POOL = 'eu-west-1_Export001';
/** 50 pages: at the pace of ListUsers they take more than two seconds. */
const LONG = 'eu-west-1_Export002';
const LONG_USERS = 3_000;

const AWKWARD = ['=1+1', '@sum(a)', '+49', "'quoted'", 'a,b', '"', 'ünï', '𝒰-1', '-', 'x;y'];

const scene = useScene({
  pools: [
    {
      id: POOL,
      users: [
        ...AWKWARD.map((username) => ({ username, email: `${username.length}@example.com` })),
        { username: 'google_1', status: 'EXTERNAL_PROVIDER' },
        { username: 'newbie', status: 'UNCONFIRMED', enabled: false },
      ],
      emptyPageEvery: 2,
      generated: { pattern: 'user-%d', count: 100 },
    },
    { id: LONG, generated: { pattern: 'user-%d', count: LONG_USERS } },
  ],
});

const args = (pool: string, ...more: string[]) => [...['export-users', ...scene.target(pool), ...more]];
const exportUsers = (pool: string, ...more: string[]) => scene.run(args(pool, ...more));
const file = (name = 'users.csv') => join(scene.workplace.path, name);
const records = (text = readFileSync(file(), 'utf8')) =>
  parse<Record<string, string>>(text, { columns: true });
const listCalls = async () => (await scene.standIn.calls({ operation: 'ListUsers' })).length;

test('export-users writes every user exactly, 0600, and run takes the file as it is', async () => {
  const result = await exportUsers(POOL, '-o', 'users.csv', '--json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(result.stdout)).toEqual({
    users: 112,
    byStatus: { CONFIRMED: 110, EXTERNAL_PROVIDER: 1, UNCONFIRMED: 1 },
    output: 'users.csv',
  });
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect(await scene.workplace.names()).toEqual(['users.csv']);
  const written = records();
  expect(written.map(({ username }) => username).slice(0, AWKWARD.length)).toEqual(AWKWARD);
  expect(written.find(({ username }) => username === 'newbie')).toMatchObject({
    ...{ email: '', status: 'UNCONFIRMED', enabled: 'false' },
    sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
    created: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });

  const options = ['--generate', '--json', '--check-users', '--quota', '1000', '--rate', 'max'];
  const run = await scene.run(scene.runOn(POOL, ...options, '--queue', inject('redisUrl')));
  expect(JSON.parse(run.stdout)).toMatchObject({
    byStatus: { succeeded: 110, failed: 0, skipped: 2 },
    byError: { UserIsFederated: 1, UserIsUnconfirmed: 1 },
  });
  const { stdout } = await exportUsers(POOL, '-o', 'again.csv');
  expect(stdout).toMatch(
    /\n\n {2}1 federated user and 1 unconfirmed user, whom run --check-users spares\.\n$/,
  );
});

test('a killed export leaves no file that looks whole, and the same command goes on: each user once', async () => {
  const first = await scene.start(args(LONG, '-o', 'users.csv', '--quiet'));
  await expect
    .poll(() => scene.workplace.names(), { timeout: 60_000, interval: 20 })
    .toContain('users.csv.part.json');
  // On a busy machine it would be done before the second has started.
  process.kill(first.pid, 'SIGSTOP');
  const second = await exportUsers(LONG, '-o', 'users.csv');
  expect(second).toMatchObject({ code: 2, stdout: '' });
  expect(second.stderr).toContain(`The export is under way in process ${first.pid}`);
  first.kill('SIGKILL');
  await first.result;
  expect(await scene.workplace.names()).not.toContain('users.csv');
  const before = await listCalls();

  const result = await exportUsers(LONG, '-o', 'users.csv', '--json');
  expect(result.code).toBe(0);
  expect(result.stderr).toMatch(/^Going on after [\d,]+ users\.\n$/);
  expect(JSON.parse(result.stdout)).toMatchObject({ users: LONG_USERS });
  expect(new Set(records().map(({ username }) => username)).size).toBe(LONG_USERS);
  expect(records()).toHaveLength(LONG_USERS);
  // It went on: what was synced was not listed again.
  expect((await listCalls()) - before).toBeLessThan(45);
  expect(await scene.workplace.names()).toEqual(['users.csv']);
});

test('Ctrl-C keeps the place (130); a token that the service does not know any more begins the export again, and says so', async () => {
  const first = await scene.start(args(LONG, '-o', 'users.csv'));
  await expect.poll(listCalls, { timeout: 60_000, interval: 20 }).toBeGreaterThan(5);
  first.kill('SIGINT');
  const interrupted = await first.result;
  expect(interrupted.code).toBe(130);
  expect(interrupted.stderr).toContain('Run the same command again');

  const other = await exportUsers(POOL, '-o', 'users.csv');
  expect(other).toMatchObject({ code: 2, stdout: '' });
  expect(other.stderr).toMatch(/users\.csv\.part is the beginning of another export/);

  const expired = {
    kind: 'error' as const,
    name: 'InvalidParameterException',
    message: 'Invalid pagination token',
  };
  await scene.standIn.setFaults([{ operation: 'ListUsers', first: 1, action: expired }]);
  const result = await exportUsers(LONG, '-o', 'users.csv', '--json');
  expect(result.code).toBe(0);
  expect(result.stderr).toMatch(/begins again/);
  expect(JSON.parse(result.stdout)).toMatchObject({ users: LONG_USERS });
  expect(records()).toHaveLength(LONG_USERS);
});

test('a filter and statuses choose users, - is standard output, and a file that is there is kept unless --force', async () => {
  const names = async (...more: string[]) => {
    const { stdout, stderr } = await exportUsers(POOL, '-o', '-', ...more);
    return { names: records(stdout).map(({ username }) => username), stderr };
  };
  expect(await names('--status', 'external_provider')).toEqual({
    names: ['google_1'],
    stderr: '1 user exported.\n',
  });
  expect((await names('--status', 'UNCONFIRMED', '--status', 'EXTERNAL_PROVIDER')).names).toEqual([
    ...['google_1', 'newbie'],
  ]);
  expect((await names('--filter', 'username ^= "user-9"', '--status', 'CONFIRMED')).names).toHaveLength(11);

  await scene.workplace.write('users.csv', 'mine');
  expect((await exportUsers(POOL, '-o', 'users.csv')).code).toBe(2);
  expect(readFileSync(file(), 'utf8')).toBe('mine');
  expect((await exportUsers(POOL, '-o', 'users.csv', '--force')).code).toBe(0);
  expect(records()).toHaveLength(112);

  const wrong = [
    [exportUsers(POOL, '-o', 'x.csv', '--filter', 'nonsense'), /Check the filter/],
    [exportUsers(POOL, '-o', 'x.csv', '--status', 'HAPPY'), /CONFIRMED/],
    [exportUsers('eu-west-1_Nobody', '-o', 'x.csv'), /check --pool-id/],
  ] as const;
  for (const [ran, says] of wrong) {
    const { code, stdout, stderr } = await ran;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  }
  expect(await scene.workplace.names()).toEqual(['users.csv']);
});
