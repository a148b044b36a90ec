import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWorkplace, csvOf, users, type Workplace } from '../cli/workplace.js';
import { makeCertificates } from '../support/certificates.js';
import { ended } from '../support/ended.js';
import { freePort } from '../support/free-port.js';
import { runProgram } from '../support/program.js';
import { redisBinary } from '../support/redis-binary.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';

const POOL = 'eu-west-1_Tls000001';
const PASSWORD = 'queue-password-7';

let dir: string;
let ca: string;
let port: number;
let redis: ChildProcess;
let standIn: SpawnedStandIn;
let workplace: Workplace;

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
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 20 } }] });
});
afterAll(async () => {
  await standIn.close();
  redis.kill('SIGKILL');
  await ended(redis);
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(20)));
});
afterEach(() => workplace.remove());

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
  runProgram(
    [
      [
        'run',
        'users.csv',
        '--pool-id',
        POOL,
        '--endpoint-url',
        standIn.url,
        '--allow-http',
        '--yes',
        '--quiet',
      ],
      ['--generate', '--quota', '500', '--rate', '200', '--run-dir', workplace.runDir],
    ].flat(),
    {
      ...workplace.here,
      env: {
        ...workplace.here.env,
        COGNITO_BULK_RESET_QUEUE: `rediss://:${PASSWORD}@${host}:${port}`,
        COGNITO_BULK_RESET_LOG_LEVEL: 'trace',
        ...env,
      },
    },
  );

test('rediss:// with a certificate of an authority that this host trusts does the run, its password in no file', async () => {
  const { code, stderr } = await run('localhost', { NODE_EXTRA_CA_CERTS: ca });
  expect(code).toBe(0);
  expect(workplace.report()).toHaveLength(20);
  expect(stderr).not.toContain(PASSWORD);
  // grep ends with 1 where it finds nothing.
  expect(spawnSync('grep', ['-rlF', PASSWORD, workplace.path], { encoding: 'utf8' })).toMatchObject({
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
    expect(workplace.has('.')).toBe(false);
  },
);
