import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import {
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { createLogger } from '../../src/run/log.js';
import { Secret } from '../../src/password/secret.js';
import { startStandIn } from '../support/stand-in/stand-in.js';

const CANARY = 'Canary-9c41-password';

beforeEach(() => {
  vi.stubEnv('COGNITO_BULK_RESET_LOG_LEVEL', 'trace');
});
afterEach(() => vi.unstubAllEnvs());

/** The very bytes that the program's logger writes. */
async function logged(write: (log: Logger) => void): Promise<string> {
  const out = new PassThrough();
  const chunks: Buffer[] = [];
  out.on('data', (chunk: Buffer) => chunks.push(chunk));
  write(createLogger(out));
  out.end();
  await once(out, 'end');
  return Buffer.concat(chunks).toString('utf8');
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );

test('a name that stands for a password is redacted at any depth that the program logs at, and a Secret at all', async () => {
  const bytes = await logged((log) => {
    log.trace({ password: CANARY, Password: CANARY, sealed: CANARY });
    log.info({ job: { data: { sealed: CANARY, password: CANARY } } }, 'a job');
    log.info({ input: { Password: CANARY } }, 'a command');
    log.info({ a: { b: { c: [new Secret(CANARY)] } } });
  });
  expect(bytes).toContain('[redacted]');
  expect(bytes).not.toContain(CANARY);
});

test('an error of Redis is logged without its command, whose arguments may be the password of the queue', async () => {
  const client = new Redis(inject('redisUrl').replace('unix://', ''), { maxRetriesPerRequest: 0 });
  const error = await failure(client.call('AUTH', 'somebody', CANARY));
  client.disconnect();
  expect(JSON.stringify(error)).toContain(CANARY);
  const bytes = await logged((log) => log.warn({ err: error }, 'the queue reports an error'));
  expect(bytes).toMatch(/"message":"WRONGPASS/);
  expect(bytes).not.toContain(CANARY);
});

test('an error of the SDK is logged without its answer, also as a cause and directly', async () => {
  const standIn = await startStandIn({
    pools: [{ id: 'eu-west-1_Logged1', users: ['bob'] }],
    faults: [{ action: { kind: 'error', name: 'NewException' } }],
  });
  const client = new CognitoIdentityProviderClient({
    endpoint: standIn.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test-secret' },
    maxAttempts: 1,
  });
  const input = { UserPoolId: 'eu-west-1_Logged1', Username: 'bob', Password: CANARY };
  const error = await failure(client.send(new AdminSetUserPasswordCommand(input)));
  client.destroy();
  await standIn.close();
  const bytes = await logged((log) => {
    log.error({ err: Object.assign(error instanceof Error ? error : new Error(), { input }) });
    log.error({ err: new Error('outer', { cause: error }) });
    log.error(error);
  });
  expect(bytes.match(/"type":"NewException"/g)).toHaveLength(3);
  expect(bytes).not.toContain(CANARY);
  expect(bytes).not.toContain('$response');
});

test('an error that quotes a URL is logged without the password in it', async () => {
  const bytes = await logged((log) => {
    try {
      // Node hangs what it could not read on the error.
      log.info(new URL(`postgres://me:${CANARY}@host:port`).href);
    } catch (error) {
      log.error({ err: error });
    }
    log.error({ err: new Error(`no route to rediss://:${CANARY}@host:6379/0`) });
    log.error({ err: new Error('outer', { cause: new Error(`postgres://host/db?password=${CANARY}&x=1`) }) });
  });
  expect(bytes).toMatch(/"message":"Invalid URL"/);
  expect(bytes).toContain('rediss://:redacted@host:6379/0');
  expect(bytes).not.toContain(CANARY);
});

test('what is thrown and is no Error is not quoted', async () => {
  const bytes = await logged((log) => {
    log.error({ err: CANARY });
    log.error({ err: { message: CANARY } });
    log.error({ err: new Error('outer', { cause: { body: CANARY } }) });
  });
  expect(bytes.match(/that is no Error/g)).toHaveLength(3);
  expect(bytes).not.toContain(CANARY);
});

test('a planted canary is found', async () => {
  expect(await logged((log) => log.info({ planted: CANARY }))).toContain(CANARY);
});
