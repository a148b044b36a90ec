import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../support/program.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';
import { createWorkplace, csvOf, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Careless1';
const CANARY = 'queue-Canary-e1b2';

let standIn: StandIn;
let workplace: Workplace;

beforeEach(async () => {
  standIn = await startStandIn({ pools: [{ id: POOL, users: users(3) }] });
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(3)));
});
afterEach(async () => {
  await standIn.close();
  await workplace.remove();
});

const run = (args: string[], env: Record<string, string | undefined> = {}) =>
  runProgram(
    ['run', 'users.csv', '--pool-id', POOL, '--generate', '--yes', '--run-dir', workplace.runDir, ...args],
    {
      ...workplace.here,
      env: { ...workplace.here.env, ...env },
    },
  );

test('a process that would not verify certificates sends nothing', async () => {
  const service = ['--endpoint-url', standIn.url, '--allow-http'];
  const { code, stderr } = await run(service, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^cognito-bulk-reset: NODE_TLS_REJECT_UNAUTHORIZED=0 .*NODE_EXTRA_CA_CERTS/m);
  expect(standIn.size()).toBe(0);
});

test('an endpoint without TLS is refused wherever it comes from, a profile too', async () => {
  await workplace.write('aws-config', `[profile dev]\nendpoint_url = ${standIn.url}\n`);
  await workplace.write('aws-credentials', '[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = x\n');
  const profile = {
    AWS_PROFILE: 'dev',
    AWS_CONFIG_FILE: `${workplace.path}/aws-config`,
    AWS_SHARED_CREDENTIALS_FILE: `${workplace.path}/aws-credentials`,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
  };
  const { code, stderr } = await run([], profile);
  expect(code).toBe(2);
  expect(stderr).toMatch(/EndpointWithoutTls.*--allow-http/);
  expect(standIn.size()).toBe(0);
  expect((await run(['--allow-http', '--quiet'], profile)).code).toBe(0);
});

test('a password in --queue is warned of, and in no message; in the variable it is not warned of', async () => {
  const url = `redis://:${CANARY}@127.0.0.1:1`;
  const typed = await run(['--queue', url, '--endpoint-url', standIn.url, '--allow-http']);
  expect(typed.code).toBe(2);
  expect(typed.stderr).toMatch(/^warning: other users .*COGNITO_BULK_RESET_QUEUE/);
  const set = await run(['--endpoint-url', standIn.url, '--allow-http'], { COGNITO_BULK_RESET_QUEUE: url });
  expect(set.code).toBe(2);
  expect(set.stderr).not.toMatch(/warning/);
  expect(set.stderr).toContain('redis://:redacted@127.0.0.1:1');
  expect(typed.stderr + set.stderr + typed.stdout + set.stdout).not.toContain(CANARY);
});

test.each([
  ['an option that is mistyped', ['--queu=rediss://u:Canary@h']],
  ['a URL that can’t be read', ['--queue', 'redis://u:Canary@host:port']],
  ['an endpoint with a name and a password', ['--endpoint-url', 'https://u:Canary@host']],
])('%s is not quoted with its password', async (_, args) => {
  const { code, stdout, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stdout + stderr).not.toContain('Canary');
});

test.each([
  ['an option', ['--\u001b[31mred']],
  ['a file’s name', ['run', '\u001b]0;title\u0007\u202e.csv', '--pool-id', POOL, '--generate']],
  ['a run directory’s name', ['resume', '\u001b[31m\u202e']],
])('terminal escapes and bidi marks in %s are shown escaped', async (_, args) => {
  const { code, stdout, stderr } = await runProgram(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('\\u{1b}');
  expect(stderr.trimEnd()).not.toMatch(/\p{C}/u);
});

test('a log level that is none is a mistake in one line', async () => {
  const service = ['--endpoint-url', standIn.url, '--allow-http'];
  const { code, stderr } = await run(service, { COGNITO_BULK_RESET_LOG_LEVEL: 'loud' });
  expect(code).toBe(2);
  expect(stderr).toMatch(/COGNITO_BULK_RESET_LOG_LEVEL is none of trace, debug, info/);
  expect(standIn.answers('AdminSetUserPassword')).toEqual({});
});
