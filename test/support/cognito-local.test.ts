import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  DescribeUserPoolCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CognitoLocal, startCognitoLocal } from './cognito-local.js';
import { dummyClient, type MadePool, makePool, signIn } from './cognito-local-pool.js';

let local: CognitoLocal;
let pool: MadePool;
let client: ReturnType<typeof dummyClient>;

beforeAll(async () => {
  local = await startCognitoLocal();
  const policy = { MinimumLength: 12, RequireSymbols: false };
  pool = await makePool(local.url, { users: ['ann', 'bob', 'Zoë,"x"'], policy, name: 'Shop' });
  client = dummyClient(local.url);
});

afterAll(async () => {
  client?.destroy();
  await local?.stop();
});

const set = (Username: string, Password: string, Permanent: boolean, UserPoolId = pool.poolId) =>
  client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent }));

test('a pool has an id of Region local, its name, its policy and its users', async () => {
  expect(pool.poolId).toMatch(/^local_[0-9a-zA-Z]{8}$/);
  const { UserPool: described } = await client.send(new DescribeUserPoolCommand({ UserPoolId: pool.poolId }));
  expect(described).toMatchObject({
    Name: 'Shop',
    UsernameConfiguration: { CaseSensitive: true },
    Policies: { PasswordPolicy: { MinimumLength: 12, RequireSymbols: false } },
  });
  const { Users: users } = await client.send(new ListUsersCommand({ UserPoolId: pool.poolId }));
  expect(users?.map((user) => user.Username).sort()).toEqual(['Zoë,"x"', 'ann', 'bob']);
});

test('a permanent password signs in and another does not', async () => {
  await set('ann', 'correct horse 1', true);
  expect(await signIn(local.url, pool.clientId, 'ann', 'correct horse 1')).toBe('tokens');
  expect(await signIn(local.url, pool.clientId, 'ann', 'another horse 2')).toBe('InvalidPasswordException');
});

test('a temporary password asks for a new one', async () => {
  await set('bob', 'correct horse 1', false);
  expect(await signIn(local.url, pool.clientId, 'bob', 'correct horse 1')).toBe('NEW_PASSWORD_REQUIRED');
  const user = await client.send(new AdminGetUserCommand({ UserPoolId: pool.poolId, Username: 'bob' }));
  expect(user.UserStatus).toBe('FORCE_CHANGE_PASSWORD');
});

test('an unknown user and an unknown pool are answered as the service does', async () => {
  await expect(set('nobody', 'correct horse 1', true)).rejects.toMatchObject({
    name: 'UserNotFoundException',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(set('ann', 'correct horse 1', true, 'local_Nothing1')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('stopping it leaves no process', async () => {
  const another = await startCognitoLocal();
  await another.stop();
  expect(isAlive(another.pid)).toBe(false);
});

test('it ends with the process that started it, even by SIGKILL', async () => {
  const source = `
    import { startCognitoLocal } from ${JSON.stringify(new URL('cognito-local.ts', import.meta.url).href)};
    const { pid } = await startCognitoLocal();
    process.stdout.write(String(pid), () => process.kill(process.pid, 'SIGKILL'));`;
  const hooks = new URL('stand-in/ts-hooks.mjs', import.meta.url).href;
  // Nobody is left to remove its data: a temporary directory of the test's own takes it.
  const dir = mkdtempSync(join(tmpdir(), 'orphan-'));
  const args = ['--import', hooks, '--input-type=module', '-e', source];
  const run = spawnSync(process.execPath, args, { env: { ...process.env, TMPDIR: dir } });
  const pid = Number(run.stdout);
  expect(pid).toBeGreaterThan(1);
  await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
  rmSync(dir, { recursive: true });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
