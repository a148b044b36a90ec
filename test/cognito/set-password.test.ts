import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { createClient } from '../../src/cognito/client.js';
import { createSetPassword } from '../../src/cognito/set-password.js';
import { Secret } from '../../src/password/secret.js';

afterEach(() => void vi.unstubAllEnvs());

test('calls at the same time through one prepared way keep apart, and name this program and the application', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test-secret');
  vi.stubEnv('AWS_SDK_UA_APP_ID', 'rotation (autumn)');
  const seen: { headers: IncomingHttpHeaders; body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
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
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    const setPassword = createSetPassword(createClient({ region: 'eu-west-1', endpoint, allowHttp: true }));
    const users = Array.from({ length: 40 }, (_, user) => String(user));
    const ids = await Promise.all(
      users.map((username) =>
        setPassword({
          poolId: 'eu-west-1_Pool',
          username,
          password: new Secret(`secret-${username}`),
          permanent: true,
        }),
      ),
    );
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
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
