import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { useScene } from '../cli/scene.js';
import { users } from '../cli/workplace.js';
import { makeCertificates } from '../support/certificates.js';
import { startSlowTls } from '../support/slow-tls.js';

const POOL = 'eu-west-1_Sliding1';
const ROWS = 100;
const RATE = 30;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }],
  users: users(ROWS),
});

const runArgs = (...more: string[]) =>
  [
    ['run', 'users.csv', '--pool-id', POOL, '--generate', '--rate', String(RATE)],
    ['--yes', '--quiet', '--run-dir', scene.workplace.runDir, ...more],
  ].flat();
const onRedis = () => ['--queue', inject('redisUrl')];
const mostInASecond = () => scene.standIn.maxInSlidingSecond('AdminSetUserPassword');

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: onRedis },
])('with the queue on $queue', ({ flags }) => {
  test('the pool sees at most 30 calls in every sliding second at --rate 30, the first one and a kill with resume included', async () => {
    const run = await scene.start(runArgs(...scene.endpoint(), ...flags()));
    await expect
      .poll(() => scene.standIn.size(), { timeout: 120_000, interval: 20 })
      .toBeGreaterThan(ROWS / 2);
    run.kill('SIGKILL');
    await run.result;
    const { code } = await scene.run(['resume', scene.workplace.runDir, '--quiet']);
    expect(code).toBe(0);
    expect(await mostInASecond()).toBeLessThanOrEqual(RATE);
  });
});

test('four workers together keep to it', async () => {
  const run = await scene.start(runArgs(...scene.endpoint(), ...onRedis()));
  await expect.poll(() => scene.standIn.size(), { timeout: 120_000, interval: 20 }).toBeGreaterThan(0);
  const args = ['worker', '--run', scene.workplace.runDir, ...scene.endpoint(), ...onRedis()];
  const workers = await Promise.all([1, 2, 3].map(() => scene.start(args)));
  expect((await run.result).code).toBe(0);
  for (const worker of workers) expect((await worker.result).code).toBe(0);
  expect(await mostInASecond()).toBeLessThanOrEqual(RATE);
});

test('calls that have to make a connection first, which takes 200 ms, make no second too full', async () => {
  const certificates = await mkdtemp(join(tmpdir(), 'slow-tls-'));
  makeCertificates(certificates);
  const far = await startSlowTls(scene.standIn.url, { certificates, handshakeMs: 200 });
  try {
    await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 100 } }]);
    const { code } = await scene.run(runArgs('--endpoint-url', far.url, ...onRedis()), {
      env: { NODE_EXTRA_CA_CERTS: join(certificates, 'ca.crt') },
    });
    expect(code).toBe(0);
    expect(await mostInASecond()).toBeLessThanOrEqual(RATE);
  } finally {
    await far.close();
    await rm(certificates, { recursive: true, force: true });
  }
});
