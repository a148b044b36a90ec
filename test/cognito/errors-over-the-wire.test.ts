import { createServer, type Socket } from 'node:net';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClient } from '../../src/cognito/client.js';
import { type Verdict, verdictOf } from '../../src/cognito/errors.js';
import { createSetPassword } from '../../src/cognito/set-password.js';
import { Secret } from '../../src/password/secret.js';
import type { FaultAction } from '../support/stand-in/options.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';

const POOL = 'eu-west-1_Errors';
const PASSWORD = 'Canary-4711-password';

let standIn: StandIn;

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test-secret');
  vi.stubEnv('AWS_PROFILE', undefined);
  standIn = await startStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 1_000 } }] });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await standIn.close();
});

/** What the program's own client makes of one call, read by the table. */
async function verdictOfCall(client: CognitoIdentityProviderClient, username = 'user-1'): Promise<Verdict> {
  const setPassword = createSetPassword(client);
  try {
    await setPassword({ poolId: POOL, username, password: new Secret(PASSWORD), permanent: true });
  } catch (error) {
    const verdict = verdictOf(error);
    expect(JSON.stringify(verdict)).not.toContain(PASSWORD);
    return verdict;
  }
  throw new Error('The call succeeded.');
}

/** The program's own client. `endpoint` is the stand-in when left out. */
function clientAt(endpoint = standIn.url): CognitoIdentityProviderClient {
  return createClient({ region: 'eu-west-1', endpoint, allowHttp: true });
}

async function verdictOfFault(action: FaultAction): Promise<Verdict> {
  standIn.setFaults([{ username: 'user-1', action }]);
  return verdictOfCall(clientAt());
}

/** What a call comes to at a server that does this with each connection. */
async function verdictAtServer(scheme: 'http' | 'https', meet: (socket: Socket) => void): Promise<Verdict> {
  const server = createServer(meet);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const verdict = await verdictOfCall(clientAt(`${scheme}://127.0.0.1:${port}`));
  server.close();
  return verdict;
}

const FAIL_USER = [
  'UserNotFoundException',
  'InvalidPasswordException',
  'PasswordHistoryPolicyViolationException',
  'InvalidParameterException',
  'NotAuthorizedException',
  'UnsupportedUserStateException',
];
const SLOW_QUEUE = ['TooManyRequestsException', 'ThrottlingException', 'LimitExceededException'];
const RETRY_CALL = ['InternalErrorException', 'InternalFailure', 'ServiceUnavailable'];
const STOP_RUN = [
  'ResourceNotFoundException',
  'OperationNotEnabledException',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'OptInRequired',
];

describe('each exception of the service has exactly one of four answers', () => {
  test.each(FAIL_USER)('%s fails the user, in the words of the service', async (name) => {
    expect(await verdictOfFault({ kind: 'error', name, message: 'their words' })).toEqual({
      answer: 'fail-user',
      error: name,
      message: 'their words',
      requestId: expect.stringMatching(/^0{8}-/),
    });
  });

  test.each(SLOW_QUEUE)('%s slows the queue', async (name) => {
    expect(await verdictOfFault({ kind: 'error', name })).toEqual({
      answer: 'slow-queue',
      error: name,
      requestId: expect.stringMatching(/^0{8}-/),
    });
  });

  test.each(RETRY_CALL)('%s retries the call, which may have been applied', async (name) => {
    expect(await verdictOfFault({ kind: 'error', name })).toMatchObject({
      answer: 'retry-call',
      error: name,
      applied: 'unknown',
      reached: true,
      exhausted: 'fail-user',
    });
  });

  test.each(STOP_RUN)('%s stops the run', async (name) => {
    expect(await verdictOfFault({ kind: 'error', name, message: 'their words' })).toMatchObject({
      answer: 'stop-run',
      error: name,
      message: 'their words',
    });
  });

  test.each([
    ['an exception that nobody knows', { name: 'BrandNewException', status: 400 }],
    ['a name that every object has', { name: 'constructor', message: 'made up', status: 400 }],
    ['403 without a known name', { name: 'Forbidden', status: 403 }],
  ])('%s stops the run instead of failing every user', async (_, error) => {
    expect(await verdictOfFault({ kind: 'error', ...error })).toMatchObject({
      answer: 'stop-run',
      error: error.name,
    });
  });

  test('429 slows the queue whatever its name', async () => {
    const verdict = await verdictOfFault({ kind: 'error', name: 'BrandNewThrottle', status: 429 });
    expect(verdict).toMatchObject({ answer: 'slow-queue', error: 'BrandNewThrottle' });
  });

  test.each([500, 502, 503, 504])('%d retries the call whatever its name', async (status) => {
    const verdict = await verdictOfFault({ kind: 'error', name: 'BrandNewException', status });
    expect(verdict).toMatchObject({ answer: 'retry-call', applied: 'unknown', reached: true });
  });
});

describe('the pool’s own refusals, not staged', () => {
  test('a user who is not in the pool fails alone', async () => {
    standIn.setFaults([]);
    expect(await verdictOfCall(clientAt(), 'nobody')).toMatchObject({
      answer: 'fail-user',
      error: 'UserNotFoundException',
      message: 'User does not exist.',
    });
  });

  test('a pool that is not there stops the run', async () => {
    standIn.setFaults([]);
    const setPassword = createSetPassword(clientAt());
    const call = setPassword({
      poolId: 'eu-west-1_Other',
      username: 'user-1',
      password: new Secret(PASSWORD),
      permanent: true,
    });
    const verdict = verdictOf(await call.catch((error: unknown) => error));
    expect(verdict).toMatchObject({ answer: 'stop-run', error: 'ResourceNotFoundException' });
  });
});

describe('an answer that is no answer retries the call', () => {
  test.each([
    ['html-503', 'a page of HTML with 503'],
    ['cut-body', 'a success that is cut in its body'],
    ['ok-not-json', 'a success that is not JSON'],
    ['reset-before-apply', 'a reset before the call was applied'],
    ['reset-after-apply', 'a reset after the call was applied'],
  ] as const)('%s: %s', async (kind, _) => {
    expect(await verdictOfFault({ kind })).toMatchObject({
      answer: 'retry-call',
      applied: 'unknown',
      exhausted: 'fail-user',
    });
  });

  test('an empty success is a success', async () => {
    standIn.setFaults([{ username: 'user-1', action: { kind: 'ok-empty' } }]);
    await expect(verdictOfCall(clientAt())).rejects.toThrow('The call succeeded.');
  });

  test('a reset counts as nobody being there, an error page does not', async () => {
    expect(await verdictOfFault({ kind: 'reset-after-apply' })).toMatchObject({ reached: false });
    expect(await verdictOfFault({ kind: 'html-503' })).toMatchObject({ reached: true });
  });

  test('a connection that is closed instead of an answer', async () => {
    const verdict = await verdictAtServer('http', (socket) => socket.once('data', () => socket.end()));
    expect(verdict).toMatchObject({
      answer: 'retry-call',
      error: 'ECONNRESET',
      applied: 'unknown',
      reached: false,
    });
  });

  // Both wait for the program's own timeouts (10 s), so they wait together.
  test('an endpoint that never answers, or stalls in its answer, is given up after the client’s own timeout', async () => {
    standIn.setFaults([
      { username: 'user-1', action: { kind: 'hang-after-apply' } },
      { username: 'user-2', action: { kind: 'stall-body' } },
    ]);
    const [hung, stalled] = await Promise.all([
      verdictOfCall(clientAt(), 'user-1'),
      verdictOfCall(clientAt(), 'user-2'),
    ]);
    expect(hung).toMatchObject({ answer: 'retry-call', applied: 'unknown', reached: false });
    expect(stalled).toMatchObject({ answer: 'retry-call', applied: 'unknown', exhausted: 'fail-user' });
  });
});

describe('a call that reached nobody was not applied', () => {
  test('a port where nobody listens', async () => {
    expect(await verdictOfCall(clientAt('http://127.0.0.1:1'))).toMatchObject({
      answer: 'retry-call',
      error: 'ECONNREFUSED',
      applied: 'no',
      reached: false,
      exhausted: 'fail-user',
    });
  });

  test('a name that is nobody’s', async () => {
    const verdict = await verdictOfCall(clientAt('http://nobody.invalid'));
    expect(verdict).toMatchObject({ answer: 'retry-call', applied: 'no', reached: false });
  });

  test('https to a port that hangs up before the handshake', async () => {
    const verdict = await verdictAtServer('https', (socket) => socket.destroy());
    expect(verdict).toMatchObject({ answer: 'retry-call', reached: false });
  });
});

test('a clock that is off is corrected by the SDK: the call is retried and then goes through', async () => {
  standIn.setFaults([
    {
      username: 'user-1',
      times: 1,
      action: { kind: 'error', name: 'InvalidSignatureException', dateOffsetMs: 3_600_000 },
    },
  ]);
  const client = clientAt();
  expect(await verdictOfCall(client)).toMatchObject({
    answer: 'retry-call',
    applied: 'no',
    reached: true,
    exhausted: 'stop-run',
  });
  await expect(verdictOfCall(client)).rejects.toThrow('The call succeeded.');
});

test('no credentials anywhere stop the run, and nothing is sent', async () => {
  standIn.setFaults([]);
  const before = standIn.size();
  const nothing = '/nonexistent';
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
    vi.stubEnv(name, undefined);
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, nothing);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  try {
    expect(await verdictOfCall(clientAt())).toMatchObject({
      answer: 'stop-run',
      error: 'CredentialsProviderError',
    });
  } finally {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test-secret');
  }
  expect(standIn.size()).toBe(before);
});

test.each([
  ['a timeout of the connection', { name: 'TimeoutError' }, 'retry-call'],
  ['our own deadline', { name: 'AbortError' }, 'retry-call'],
  ['a plain bug', new TypeError('x is not a function'), 'stop-run'],
  ['a thrown string', 'no error at all', 'stop-run'],
  ['nothing', undefined, 'stop-run'],
])('%s has its answer too', (_, error, answer) => {
  expect(verdictOf(error).answer).toBe(answer);
});
