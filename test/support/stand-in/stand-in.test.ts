import {
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  paginateListUsers,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, describe, expect, test } from 'vitest';
import type { StandInOptions } from './options.js';
import { passwordHash } from './password-hash.js';
import { type SpawnedStandIn, spawnStandIn } from './process.js';
import { type StandIn, startStandIn } from './stand-in.js';

const POOL = 'eu-west-1_StandIn1';
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function clientOf(standIn: { url: string }): CognitoIdentityProviderClient {
  const client = new CognitoIdentityProviderClient({
    endpoint: standIn.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIASTANDIN', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  cleanUps.push(() => client.destroy());
  return client;
}

const setCommand = (Username: string, Password = 'long enough') =>
  new AdminSetUserPasswordCommand({ UserPoolId: POOL, Username, Password, Permanent: true });

const ways: [string, (options: StandInOptions) => Promise<StandIn | SpawnedStandIn>][] = [
  ['in this process', startStandIn],
  ['in its own process', spawnStandIn],
];

describe.each(ways)('a stand-in %s', (_, start) => {
  async function started(options: Partial<StandInOptions> = {}) {
    const standIn = await start({ pools: [{ id: POOL, users: ['ann', 'bob'] }], ...options });
    cleanUps.push(standIn.close);
    return { standIn, client: clientOf(standIn) };
  }

  test('applies a call and has it in its ledger, the password only as a hash', async () => {
    const { standIn, client } = await started();
    const { $metadata } = await client.send(setCommand('ann', 'correct horse'));
    expect(await standIn.calls()).toEqual([
      {
        at: expect.any(Number),
        operation: 'AdminSetUserPassword',
        username: 'ann',
        applied: true,
        answer: 'ok',
        passwordHash: passwordHash('correct horse'),
        permanent: true,
      },
    ]);
    expect($metadata.requestId).toBe('00000000-0000-4000-8000-000000000000');
    expect(await standIn.user(POOL, 'ann')).toMatchObject({ status: 'CONFIRMED' });
    expect(await standIn.passwordOf(POOL, 'ann')).toBeUndefined();
  });

  test('keeps the password when asked to', async () => {
    const { standIn, client } = await started({ keepPasswords: true });
    await client.send(setCommand('ann', 'correct horse'));
    expect(await standIn.passwordOf(POOL, 'ann')).toBe('correct horse');
  });

  test('throttles over its quota, which can change while it runs', async () => {
    const { standIn, client } = await started({
      quotas: { UserAccountRecovery: { kind: 'sliding', limit: 2 } },
    });
    const attempts = (count: number) =>
      Promise.allSettled(Array.from({ length: count }, () => client.send(setCommand('ann'))));
    await attempts(5);
    expect(await standIn.answers()).toEqual({ ok: 2, TooManyRequestsException: 3 });
    expect(await standIn.appliedCount('ann')).toBe(2);
    await client.send(new DescribeUserPoolCommand({ UserPoolId: POOL }));
    await standIn.setQuota('UserAccountRecovery', null);
    await standIn.clear();
    await attempts(5);
    expect(await standIn.answers()).toEqual({ ok: 5 });
    await expect(async () => standIn.setNeighbour('UserAccountRecovery', { rate: 1 })).rejects.toThrow(
      /no quota/,
    );
  });

  test('changes its faults while it runs', async () => {
    const { standIn, client } = await started({
      faults: [{ action: { kind: 'error', name: 'AccessDeniedException' } }],
    });
    await expect(client.send(setCommand('ann'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await standIn.setFaults([]);
    await client.send(setCommand('ann'));
    expect(await standIn.answers()).toEqual({ AccessDeniedException: 1, ok: 1 });
  });

  test('goes down and comes up again on its port, with its pools', async () => {
    const { standIn, client } = await started();
    await standIn.goDown();
    await expect(client.send(setCommand('ann'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await standIn.comeUp();
    await client.send(setCommand('ann'));
    expect(await standIn.appliedCount('ann')).toBe(1);
  });
});

test('ListUsers goes through a large pool in pages, empty ones among them', async () => {
  const generated = { pattern: 'user-%04d', count: 250 };
  const standIn = await startStandIn({ pools: [{ id: POOL, users: ['ann'], generated, emptyPageEvery: 2 }] });
  cleanUps.push(standIn.close);
  const names: (string | undefined)[] = [];
  for await (const page of paginateListUsers({ client: clientOf(standIn) }, { UserPoolId: POOL })) {
    names.push(...(page.Users ?? []).map((user) => user.Username));
  }
  expect(names).toHaveLength(251);
  expect([names[0], names[1], names[250]]).toEqual(['ann', 'user-0001', 'user-0250']);
  // Five pages with users, four empty ones between them.
  expect(standIn.answers('ListUsers')).toEqual({ ok: 9 });
});

test('ListUsers filters by status, and shows a change to a generated user', async () => {
  const standIn = await startStandIn({
    pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 100 } }],
  });
  cleanUps.push(standIn.close);
  const client = clientOf(standIn);
  await client.send(
    new AdminSetUserPasswordCommand({
      UserPoolId: POOL,
      Username: 'user-77',
      Password: 'long enough',
      Permanent: false,
    }),
  );
  const wanted = { UserPoolId: POOL, Filter: 'cognito:user_status = "FORCE_CHANGE_PASSWORD"' };
  const found: (string | undefined)[] = [];
  for await (const page of paginateListUsers({ client }, wanted)) {
    found.push(...(page.Users ?? []).map((user) => user.Username));
  }
  expect(found).toEqual(['user-77']);
});

test('a request that is none of the protocol is answered, and does not end the stand-in', async () => {
  const standIn = await startStandIn({ pools: [] });
  cleanUps.push(standIn.close);
  const answer = await fetch(standIn.url, { method: 'POST', body: 'not JSON' });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ __type: 'UnknownOperationException' });
});

test('a port that is taken is an error and not a stand-in', async () => {
  const standIn = await startStandIn({ pools: [] });
  cleanUps.push(standIn.close);
  await expect(startStandIn({ pools: [], port: standIn.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
