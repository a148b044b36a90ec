import {
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultAction } from './options.js';
import { type StandIn, startStandIn } from './stand-in.js';

const POOL = 'eu-west-1_StandIn1';
const IDLE_MS = 150;

let standIn: StandIn;
let client: CognitoIdentityProviderClient;

beforeEach(async () => {
  standIn = await startStandIn({ pools: [{ id: POOL, users: ['ann', 'bob'] }] });
  client = new CognitoIdentityProviderClient({
    endpoint: standIn.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIASTANDIN', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: IDLE_MS,
      throwOnRequestTimeout: true,
      socketTimeout: IDLE_MS,
    },
  });
});

afterEach(async () => {
  client.destroy();
  await standIn.close();
});

const set = (Username = 'ann', Password = 'correct horse 1') =>
  client.send(new AdminSetUserPasswordCommand({ UserPoolId: POOL, Username, Password, Permanent: true }));

async function failureOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await call.then(
    () => ({ name: 'resolved' }),
    (reason: unknown) => reason,
  );
  // Each property is looked at as unknown: that is all that a caught error promises.
  return error as Record<string, unknown>;
}

async function whatComesOf(action: FaultAction) {
  standIn.setFaults([{ action }]);
  const failure = await failureOf(set());
  const status = Object(failure.$metadata).httpStatusCode;
  return { name: failure.name, code: failure.code, status, applied: standIn.appliedCount('ann') };
}

// The rows of COGNITO.md section 3.
describe('what the SDK makes of a broken answer', () => {
  test.each([
    ['reset-before-apply', { name: 'TimeoutError', code: 'ECONNRESET', status: undefined, applied: 0 }],
    ['reset-after-apply', { name: 'TimeoutError', code: 'ECONNRESET', status: undefined, applied: 1 }],
    ['hang-before', { name: 'TimeoutError', code: 'ETIMEDOUT', status: undefined, applied: 0 }],
    ['hang-after-apply', { name: 'TimeoutError', code: 'ETIMEDOUT', status: undefined, applied: 1 }],
    ['stall-body', { name: 'TimeoutError', code: undefined, status: 200, applied: 1 }],
    ['cut-body', { name: 'Error', code: 'ECONNRESET', status: 200, applied: 1 }],
    ['html-503', { name: 'SyntaxError', code: undefined, status: 503, applied: 0 }],
    ['ok-not-json', { name: 'SyntaxError', code: undefined, status: 200, applied: 1 }],
    ['ok-empty', { name: 'resolved', code: undefined, status: undefined, applied: 1 }],
  ] as const)('%s', async (kind, expected) => {
    expect(await whatComesOf({ kind })).toEqual(expected);
    expect(standIn.answers()).toEqual({ [kind]: 1 });
  });

  test('a refused connection is one that was never sent, until the stand-in comes up again', async () => {
    await standIn.goDown();
    expect(await failureOf(set())).toMatchObject({ code: 'ECONNREFUSED' });
    await standIn.comeUp();
    await set();
    expect(standIn.calls()).toHaveLength(1);
  });

  test('resetting all connections breaks the calls in hand', async () => {
    standIn.setFaults([{ action: { kind: 'hang-before' } }]);
    const hanging = failureOf(set());
    await expect.poll(() => standIn.size(), { interval: 1 }).toBe(1);
    expect(standIn.resetConnections()).toBe(1);
    expect(await hanging).toMatchObject({ name: 'TimeoutError', code: 'ECONNRESET' });
  });
});

test('going down breaks the calls in hand', async () => {
  standIn.setFaults([{ action: { kind: 'hang-before' } }]);
  const hanging = failureOf(set());
  await expect.poll(() => standIn.size(), { interval: 1 }).toBe(1);
  await standIn.goDown();
  expect(await hanging).toMatchObject({ name: 'TimeoutError', code: 'ECONNRESET' });
});

describe('errors of the service', () => {
  test.each([
    ['UserNotFoundException', 400],
    ['InvalidPasswordException', 400],
    ['PasswordHistoryPolicyViolationException', 400],
    ['InvalidParameterException', 400],
    ['ResourceNotFoundException', 400],
    ['NotAuthorizedException', 400],
    ['OperationNotEnabledException', 400],
    ['UnsupportedUserStateException', 400],
    ['TooManyRequestsException', 400],
    ['InternalErrorException', 500],
    ['AccessDeniedException', 400],
    ['ExpiredTokenException', 400],
    ['UnrecognizedClientException', 400],
    ['IncompleteSignature', 400],
    ['MissingAuthenticationToken', 400],
    ['OptInRequired', 400],
    ['InvalidSignatureException', 400],
    ['ThrottlingException', 400],
    ['LimitExceededException', 400],
    ['ServiceUnavailable', 503],
    ['InternalFailure', 500],
  ])('%s arrives by its name with status %i, and nothing was applied', async (name, status) => {
    const outcome = await whatComesOf({ kind: 'error', name });
    expect(outcome).toMatchObject({ name, status, applied: 0 });
  });

  test('an error can be answered for a call that was applied', async () => {
    const action = { kind: 'error', name: 'InternalErrorException', applied: true } as const;
    expect(await whatComesOf(action)).toMatchObject({ name: 'InternalErrorException', applied: 1 });
  });

  test('its message and status can be chosen', async () => {
    standIn.setFaults([{ action: { kind: 'error', name: 'Odd', message: 'Bülach', status: 418 } }]);
    const failure = await failureOf(set());
    expect(failure).toMatchObject({ name: 'Odd', message: 'Bülach', $metadata: { httpStatusCode: 418 } });
  });

  test('a shifted clock is corrected by the SDK', async () => {
    const name = 'InvalidSignatureException';
    standIn.setFaults([{ action: { kind: 'error', name, dateOffsetMs: 3_600_000 } }]);
    expect(await failureOf(set())).toMatchObject({ name, $metadata: { clockSkewCorrected: true } });
  });
});

describe('which calls a fault meets', () => {
  const action = { kind: 'error', name: 'InternalErrorException' } as const;
  async function namesOf(usernames: string[]): Promise<unknown[]> {
    const names: unknown[] = [];
    for (const username of usernames) names.push((await failureOf(set(username))).name);
    return names.map((name) => (name === 'resolved' ? 'ok' : 'fails'));
  }

  test('those of one username', async () => {
    standIn.setFaults([{ username: 'bob', action }]);
    expect(await namesOf(['ann', 'bob', 'ann', 'bob'])).toEqual(['ok', 'fails', 'ok', 'fails']);
  });

  test('every nth', async () => {
    standIn.setFaults([{ everyNth: 3, action }]);
    expect(await namesOf(Array(6).fill('ann'))).toEqual(['ok', 'ok', 'fails', 'ok', 'ok', 'fails']);
  });

  test('the first k', async () => {
    standIn.setFaults([{ first: 2, action }]);
    expect(await namesOf(Array(4).fill('ann'))).toEqual(['fails', 'fails', 'ok', 'ok']);
  });

  test('so many times and then no more', async () => {
    standIn.setFaults([{ username: 'bob', times: 1, action }]);
    expect(await namesOf(['bob', 'bob'])).toEqual(['fails', 'ok']);
  });

  test('those signed with one access key', async () => {
    standIn.setFaults([{ accessKeyId: 'AKIASTANDIN', times: 1, action }]);
    expect(await namesOf(['bob', 'bob'])).toEqual(['fails', 'ok']);
  });

  test('some of them by chance, and the same ones for the same seed', async () => {
    const runs: unknown[][] = [];
    for (const seed of [7, 7, 8]) {
      standIn.setFaults([{ probability: 0.5, seed, action }]);
      runs.push(await namesOf(Array(40).fill('ann')));
    }
    expect(runs[0]).toContain('ok');
    expect(runs[0]).toContain('fails');
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).not.toEqual(runs[0]);
  });

  test('latency lets the next fault have its turn', async () => {
    standIn.setFaults([{ action: { kind: 'latency', ms: 30 } }, { username: 'bob', action }]);
    const before = performance.now();
    expect(await namesOf(['ann', 'bob'])).toEqual(['ok', 'fails']);
    expect(performance.now() - before).toBeGreaterThanOrEqual(58);
  });
});
