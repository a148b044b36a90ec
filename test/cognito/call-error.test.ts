import { inspect } from 'node:util';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CallError } from '../../src/cognito/call-error.js';
import { verdictOf } from '../../src/cognito/errors.js';
import { createSetPassword } from '../../src/cognito/set-password.js';
import { Secret } from '../../src/password/secret.js';
import type { FaultAction } from '../support/stand-in/options.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';

const POOL = 'eu-west-1_CallErr1';
const PASSWORD = 'Canary"<7f3a>&\\ö';

let standIn: StandIn;
let client: CognitoIdentityProviderClient;

beforeAll(async () => {
  standIn = await startStandIn({ pools: [{ id: POOL, users: ['user-1'] }] });
  client = new CognitoIdentityProviderClient({
    endpoint: standIn.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test-secret' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await standIn.close();
});
beforeEach(() => standIn.setFaults([]));

const send = () =>
  createSetPassword(client)({
    poolId: POOL,
    username: 'user-1',
    password: new Secret(PASSWORD),
    permanent: true,
  }).then(
    () => expect.fail('the call did not fail'),
    (error: unknown) => error,
  );

/** All that could be got out of an error, hidden properties and causes included. */
function allOf(error: unknown): string {
  return inspect(error, { showHidden: true, depth: null, maxStringLength: null }) + JSON.stringify(error);
}

const ECHOES: [string, FaultAction, string][] = [
  [
    'an exception that repeats the request',
    { kind: 'error', name: 'InvalidParameterException', message: 'Refused: %body' },
    'InvalidParameterException',
  ],
  [
    'an exception that nobody knows',
    { kind: 'error', name: 'NewException', message: `Bad: ${PASSWORD}` },
    'NewException',
  ],
  ['a 503 page that repeats the request', { kind: 'echo-503' }, 'SyntaxError'],
  ['a success whose body is the password and no JSON', { kind: 'echo-password' }, 'SyntaxError'],
];

test.each(ECHOES)(
  '%s is an error without the password, its name and request id kept',
  async (_, action, name) => {
    standIn.setFaults([{ action }]);
    const error = await send();
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ name, $metadata: { requestId: expect.stringMatching(/^0{8}-/) } });
    expect(allOf(error)).not.toMatch(/Canary|7f3a/);
    // The verdict is what the report is written from.
    expect(JSON.stringify(verdictOf(error))).not.toMatch(/Canary|7f3a/);
  },
);

test('an error of the SDK that could not write the request says nothing of it, nor do its causes', async () => {
  const body = JSON.stringify({ Password: PASSWORD });
  client.middlewareStack.add(
    () => () => {
      const cause = new Error(body, { cause: { request: { body } } });
      return Promise.reject(
        Object.assign(new TypeError(`${inspect(body)} can't be written`, { cause }), { body }),
      );
    },
    { step: 'serialize', name: 'breakSerialisation', override: true },
  );
  const error = await send();
  client.middlewareStack.remove('breakSerialisation');
  expect(error).toMatchObject({ name: 'TypeError' });
  expect(allOf(error)).not.toMatch(/Canary|7f3a/);
  expect(verdictOf(error)).toMatchObject({ answer: 'stop-run', error: 'TypeError' });
});

test('the service’s own words are kept where they hold no password', async () => {
  standIn.setFaults([
    { action: { kind: 'error', name: 'InvalidPasswordException', message: 'Their words' } },
  ]);
  expect(await send()).toMatchObject({ message: 'Their words' });
});
