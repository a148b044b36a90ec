import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useScene } from '../cli/scene.js';
import { users } from '../cli/workplace.js';
import { makeCertificates } from '../support/certificates.js';
import { ended } from '../support/ended.js';
import { freePort } from '../support/free-port.js';
import { redisBinary } from '../support/redis-binary.js';

const POOL = 'eu-west-1_Tls000001';
const PASSWORD = 'queue-password-7';

let dir: string;
let ca: string;
let port: number;
let redis: ChildProcess;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 20 } }],
  users: users(20),
});
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tls-'));
  ca = join(dir, 'ca.crt');
  makeCertificates(dir);
  port = await freePort();
  redis = spawn(
    redisBinary(),
    [
      ['--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''],
      [
        '--tls-cert-file',
        join(dir, 'server.crt'),
        '--tls-key-file',
        join(dir, 'server.key'),
        '--tls-ca-cert-file',
        ca,
      ],
      ['--tls-auth-clients', 'no', '--appendonly', 'yes', '--requirepass', PASSWORD],
    ].flat(),
    { stdio: 'ignore' },
  );
  await untilItAnswers();
});
afterAll(async () => {
  redis.kill('SIGKILL');
  await ended(redis);
  await rm(dir, { recursive: true, force: true });
});

async function untilItAnswers(): Promise<void> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    try {
      await once(socket, 'secureConnect');
      return;
    } catch {
      await delay(20);
    } finally {
      socket.destroy();
    }
  }
}

const run = (host: string, env: Record<string, string> = {}) =>
  scene.run(scene.runOn(POOL, '--quiet', '--generate', '--quota', '500', '--rate', '200'), {
    env: {
      COGNITO_BULK_RESET_QUEUE: `rediss://:${PASSWORD}@${host}:${port}`,
      COGNITO_BULK_RESET_LOG_LEVEL: 'trace',
      ...env,
    },
  });

test('rediss:// with a certificate of an authority that this host trusts does the run, its password in no file', async () => {
  const { code, stderr } = await run('localhost', { NODE_EXTRA_CA_CERTS: ca });
  expect(code).toBe(0);
  expect(scene.workplace.report()).toHaveLength(20);
  expect(stderr).not.toContain(PASSWORD);
  // grep ends with 1 where it finds nothing.
  expect(spawnSync('grep', ['-rlF', PASSWORD, scene.workplace.path], { encoding: 'utf8' })).toMatchObject({
    status: 1,
    stdout: '',
  });
});

test.each([
  ['of an authority that nobody trusts', 'localhost', false],
  ['for another host', '127.0.0.1', true],
])(
  'rediss:// with a certificate %s is refused: exit 2 and one line, and no run directory is left',
  async (_, host, trusted) => {
    const { code, stderr } = await run(host, trusted ? { NODE_EXTRA_CA_CERTS: ca } : {});
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/does not answer \(.*(certificate|altnames)/i);
    expect(stderr).not.toContain(PASSWORD);
    expect(scene.workplace.has('.')).toBe(false);
  },
);
