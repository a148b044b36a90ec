import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProgramOptions, runProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Usage1';

let standIn: SpawnedStandIn;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 100 } }] });
});
afterAll(() => standIn.close());

interface Mistake {
  name: string;
  /** What is in the directory besides users.csv. */
  prepare?: (workplace: Workplace) => Promise<unknown>;
  /** @default users.csv with the pool and --generate */
  args?: (url: string) => string[];
  options?: ProgramOptions;
  /** What the one line says: the mistake, and what to do. */
  says: RegExp[];
  /** Whether the plan is shown before the line, as the mistake is found after it. */
  afterPlan?: boolean;
  /** Which calls are needed to find it. @default none */
  calls?: Record<string, number>;
}

const service = (url: string) => ['--endpoint-url', url, '--allow-http'];
const run =
  (file: string, ...more: string[]) =>
  (url: string) => ['run', file, '--pool-id', POOL, '--yes', ...service(url), ...more];

const MISTAKES: Mistake[] = [
  { name: 'a missing file', args: run('nobody.csv', '--generate'), says: [/nobody\.csv/, /check the path/] },
  {
    name: 'a directory for a file',
    prepare: ({ path }) => mkdir(join(path, 'users')),
    args: run('users', '--generate'),
    says: [/directory/, /name the CSV file/],
  },
  {
    name: 'an empty file',
    prepare: ({ write }) => write('empty.csv', ''),
    args: run('empty.csv', '--generate'),
    says: [/empty\.csv/, /is needed/],
  },
  {
    name: 'a header and no rows',
    prepare: ({ write }) => write('header.csv', 'username\n'),
    args: run('header.csv', '--generate'),
    says: [/no rows/, /--no-header/],
  },
  {
    name: 'no such column',
    args: run('users.csv', '--generate', '--column', 'login'),
    says: [/login/, /its columns: .*username/],
  },
  {
    name: 'no username column',
    prepare: ({ write }) => write('other.csv', 'a,b\n1,2\n'),
    args: run('other.csv', '--generate'),
    says: [/--column/, /its columns: .*a.*b/],
  },
  {
    name: 'two columns that may hold the username',
    prepare: ({ write }) => write('two.csv', 'User,username\n1,2\n'),
    args: run('two.csv', '--generate'),
    says: [/several columns/, /--column/],
  },
  {
    name: 'no such password column',
    args: run('users.csv', '--password-column', 'secret'),
    says: [/secret/, /its columns: .*username/],
  },
  {
    name: 'a Latin-1 file',
    prepare: ({ write }) => write('latin1.csv', Buffer.from('username\nJos\u00e9\n', 'latin1')),
    args: run('latin1.csv', '--generate'),
    says: [/not UTF-8 \(line 2\)/, /iconv/],
  },
  {
    name: 'a binary file',
    prepare: ({ write }) => write('binary.csv', Buffer.from([0x75, 0, 1, 2, 0, 255, 10, 0])),
    args: run('binary.csv', '--generate'),
    says: [/binary\.csv/, /CSV UTF-8/],
  },
  {
    name: 'an Excel workbook',
    prepare: ({ write }) => write('users.xlsx', Buffer.from('PK\u0003\u0004\u0014\u0000\u0006\u0000')),
    args: run('users.xlsx', '--generate'),
    says: [/workbook/, /as CSV/],
  },
  {
    name: 'an option that does not exist',
    args: run('users.csv', '--genrate'),
    says: [/--genrate/, /--generate/],
  },
  { name: 'a command that does not exist', args: () => ['rum'], says: [/rum/, /run/] },
  { name: 'no file', args: () => ['run', '--pool-id', POOL, '--generate'], says: [/users\.csv/] },
  { name: 'no pool', args: () => ['run', 'users.csv', '--generate'], says: [/--pool-id/] },
  {
    name: 'what is no pool id',
    args: (url) => ['run', 'users.csv', '--pool-id', 'customers', '--generate', '--yes', ...service(url)],
    says: [/"customers"/, /eu-west-1_/],
  },
  {
    name: 'a pool that is not there',
    args: (url) => ['run', 'users.csv', '--pool-id', 'eu-west-1_Gone', '--generate', ...service(url)],
    says: [/eu-west-1_Gone/, /ResourceNotFoundException/, /check --pool-id/],
    calls: { DescribeUserPool: 1 },
  },
  {
    name: 'no credentials',
    options: { env: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined } },
    args: run('users.csv', '--generate'),
    says: [/[Nn]o credentials/, /--profile/],
  },
  {
    name: 'an endpoint without TLS',
    args: (url) => ['run', 'users.csv', '--pool-id', POOL, '--generate', '--endpoint-url', url],
    says: [/in the clear/, /--allow-http/],
  },
  {
    name: 'an endpoint without TLS from AWS_ENDPOINT_URL',
    options: { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } },
    args: () => ['run', 'users.csv', '--pool-id', POOL, '--generate', '--yes'],
    says: [/in the clear/, /--allow-http/],
  },
  {
    name: 'an endpoint that is no URL of the web',
    args: () => ['run', 'users.csv', '--pool-id', POOL, '--generate', '--endpoint-url', 'ftp://x'],
    says: [/ftp:\/\/x/, /http/],
  },
  { name: 'two modes', args: run('users.csv', '--generate', '--discard'), says: [/one of --generate/] },
  { name: 'no mode', args: run('users.csv'), says: [/--generate, --password-column <name> or --discard/] },
  {
    name: '--discard with --temporary',
    args: run('users.csv', '--discard', '--temporary'),
    says: [/--discard/, /--temporary/],
  },
  {
    name: 'a rate at which no run would end',
    args: run('users.csv', '--generate', '--rate', '1e-320'),
    says: [/--rate/, /from 0\.001/],
  },
  {
    name: 'a rate over the quota',
    args: run('users.csv', '--generate', '--rate', '31'),
    says: [/31/, /30 calls a second/, /--quota/],
  },
  {
    name: 'a rate of sign-outs where nobody is signed out',
    args: run('users.csv', '--generate', '--sign-out-rate', '10'),
    says: [/--sign-out-rate/, /--sign-out or --disable/],
  },
  { name: 'a rate that is no number', args: run('users.csv', '--rate', 'fast'), says: [/fast/, /number/] },
  { name: 'a rate of nothing', args: run('users.csv', '--rate', '0'), says: [/--rate/, /over 0/] },
  {
    name: 'a length without --generate',
    args: run('users.csv', '--discard', '--length', '20'),
    says: [/--length/, /--generate/],
  },
  {
    name: 'passwords that could be guessed',
    args: run('users.csv', '--generate', '--length', '8'),
    says: [/--length 8/, /use --length \d+/],
    calls: { DescribeUserPool: 1 },
  },
  {
    name: 'a queue that nobody knows',
    args: run('users.csv', '--generate', '--queue', 'amqp://x'),
    says: [/amqp/, /redis:\/\//],
  },
  {
    name: 'a queue that does not answer',
    args: run('users.csv', '--generate'),
    options: { env: { COGNITO_BULK_RESET_QUEUE: 'redis://:hunter2@127.0.0.1:1' } },
    says: [/does not answer/, /start Redis/],
    calls: { DescribeUserPool: 1 },
    afterPlan: true,
  },
  {
    name: 'no terminal and no --yes',
    args: (url) => ['run', 'users.csv', '--pool-id', POOL, '--generate', ...service(url)],
    says: [/no terminal/, /--yes/],
    calls: { DescribeUserPool: 1 },
    afterPlan: true,
  },
  {
    name: 'an empty standard input',
    args: run('-', '--generate'),
    options: { input: '' },
    says: [/empty/],
  },
  {
    name: 'a key file that is not there',
    options: { env: { COGNITO_BULK_RESET_KEY_FILE: '/nonexistent/run.key' } },
    args: run('users.csv', '--generate'),
    says: [/\/nonexistent\/run\.key/],
  },
  {
    name: 'resume of what is no run directory',
    args: () => ['resume', '.'],
    says: [/run\.json/, /directory of a run/],
  },
  { name: 'resume of nothing', args: () => ['resume', 'nowhere'], says: [/nowhere/] },
  {
    name: 'a worker on the embedded queue',
    args: () => ['worker', '--run', 'some-run'],
    says: [/--queue/],
  },
  {
    name: 'a worker whose queue does not answer',
    args: () => ['worker', '--run', 'some-run', '--queue', 'redis://127.0.0.1:1'],
    says: [/does not answer/],
  },
  {
    name: 'a worker with an endpoint without TLS',
    args: (url) => ['worker', '--run', 'some-run', '--queue', 'redis://127.0.0.1:1', '--endpoint-url', url],
    says: [/in the clear/, /--allow-http/],
  },
  {
    name: 'a worker with an endpoint without TLS from AWS_ENDPOINT_URL',
    options: { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } },
    args: () => ['worker', '--run', 'some-run', '--queue', 'redis://127.0.0.1:1'],
    says: [/in the clear/, /--allow-http/],
  },
];

describe('exit 2, one line that says what to do, no password sent and no run directory left, for', () => {
  test.concurrent.each(MISTAKES)('$name', async ({ prepare, args, options, says, afterPlan, calls }) => {
    const workplace = await createWorkplace();
    try {
      await workplace.write('users.csv', csvOf(users(3)));
      await prepare?.(workplace);
      const before = await workplace.names();
      const argv = (args ?? run('users.csv', '--generate'))(standIn.url);
      const result = await runProgram(argv, {
        ...workplace.here,
        ...options,
        env: { ...workplace.here.env, ...options?.env },
      });
      expect(result).toMatchObject({ code: 2, stdout: '' });
      const said = result.stderr.replace(afterPlan === true ? /^( {2}.*\n)+\n/ : '', '');
      expect(said.trimEnd().split('\n')).toHaveLength(1);
      for (const words of says) expect(said).toMatch(words);
      // AWS's own messages, which are quoted, end with a period or without.
      expect(said).not.toMatch(/\.\.(\s|$)/);
      expect(result.stderr).not.toContain('hunter2');
      // The parent of all runs may stay; it is nobody's run.
      expect((await workplace.names()).filter((name) => name !== 'runs')).toEqual(before);
      expect(await readdir(join(workplace.path, 'runs')).catch(() => [])).toEqual([]);
      if (calls === undefined) expect(said).not.toContain('DescribeUserPool: ');
    } finally {
      await workplace.remove();
    }
  });
});

test('none of these mistakes sent a password, and those found on this machine sent nothing at all', async () => {
  const asked = MISTAKES.filter(({ calls }) => calls !== undefined).length;
  expect(await standIn.answers('AdminSetUserPassword')).toEqual({});
  expect(await standIn.size()).toBe(asked);
});
