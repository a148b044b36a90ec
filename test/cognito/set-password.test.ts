import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CallError } from '../../src/cognito/call-error.js';
import { createClient } from '../../src/cognito/client.js';
import { createSetPassword, type SetPassword } from '../../src/cognito/set-password.js';
import { Secret } from '../../src/password/secret.js';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test-secret');
  vi.stubEnv('AWS_SDK_UA_APP_ID', 'rotation (autumn)');
});
afterEach(() => void vi.unstubAllEnvs());

async function callsTo(answer: RequestListener, work: (setPassword: SetPassword) => Promise<void>) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    await work(createSetPassword(createClient({ region: 'eu-west-1', endpoint, allowHttp: true })));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const inputOf = (username: string) => ({
  poolId: 'eu-west-1_Pool',
  username,
  password: new Secret(`secret-${username}`),
  permanent: true,
});

test('calls at the same time through one prepared way keep apart, and name this program and the application', async () => {
  const seen: { headers: IncomingHttpHeaders; body: Record<string, unknown> }[] = [];
  const answer: RequestListener = (request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const body: Record<string, unknown> = JSON.parse(text);
      seen.push({ headers: request.headers, body });
      // The later ones are answered first.
      const { Username } = body;
      setTimeout(
        () => response.writeHead(200, { 'x-amzn-requestid': `of-${Username}` }).end('{}'),
        40 - Number(Username),
      );
    });
  };
  await callsTo(answer, async (setPassword) => {
    const users = Array.from({ length: 40 }, (_, user) => String(user));
    const ids = await Promise.all(users.map((username) => setPassword(inputOf(username))));
    expect(ids).toEqual(users.map((user) => `of-${user}`));
    const sent = seen.map(({ body }) => [body.Username, body.Password, body.UserPoolId]);
    expect(sent).toHaveLength(40);
    expect(sent).toEqual(
      expect.arrayContaining(users.map((user) => [user, `secret-${user}`, 'eu-west-1_Pool'])),
    );
    for (const { headers } of seen) {
      expect(headers['user-agent']).toMatch(/^cognito-bulk-reset aws-sdk-js\/3 .* app\/rotation--autumn-$/);
      expect(headers.authorization).toContain('SignedHeaders=');
    }
  });
});

test('answers that come a byte at a time are given up after 15 s, each from its own beginning, without a warning', async () => {
  const warned = vi.fn<(warning: Error) => void>();
  process.on('warning', warned);
  const answer: RequestListener = (_, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(' '), 500);
    response.on('close', () => clearInterval(drip));
  };
  await callsTo(answer, async (setPassword) => {
    const took = async (after: number) => {
      await new Promise((resolve) => setTimeout(resolve, after));
      const begun = performance.now();
      await expect(setPassword(inputOf('user'))).rejects.toBeInstanceOf(CallError);
      return performance.now() - begun;
    };
    // More than ten at once, and one a second behind them.
    const all = await Promise.all([...Array.from({ length: 12 }, () => took(0)), took(1_000)]);
    expect(Math.min(...all)).toBeGreaterThan(14_900);
  });
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
});
