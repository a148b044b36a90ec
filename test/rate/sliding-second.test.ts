import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createWorkplace, csvOf, users, type Workplace } from '../cli/workplace.js';
import { makeCertificates } from '../support/certificates.js';
import { runProgram, startProgram } from '../support/program.js';
import { startSlowTls } from '../support/slow-tls.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';

const POOL = 'eu-west-1_Sliding1';
const ROWS = 100;
const RATE = 30;

let standIn: SpawnedStandIn;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(ROWS)));
  await standIn.clear();
  await standIn.setFaults([]);
});
afterEach(() => workplace.remove());

const runArgs = (...more: string[]) =>
  [
    ['run', 'users.csv', '--pool-id', POOL, '--generate', '--rate', String(RATE)],
    ['--yes', '--quiet', '--run-dir', workplace.runDir, ...more],
  ].flat();
const here = () => ['--endpoint-url', standIn.url, '--allow-http'];
const onRedis = () => ['--queue', inject('redisUrl')];
const mostInASecond = () => standIn.maxInSlidingSecond('AdminSetUserPassword');

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: onRedis },
])('with the queue on $queue', ({ flags }) => {
  test('the pool sees at most 30 calls in every sliding second at --rate 30, the first one and a kill with resume included', async () => {
    const run = await startProgram(runArgs(...here(), ...flags()), workplace.here);
    await expect.poll(() => standIn.size(), { timeout: 120_000, interval: 20 }).toBeGreaterThan(ROWS / 2);
    run.kill('SIGKILL');
    await run.result;
    const { code } = await runProgram(['resume', workplace.runDir, '--quiet'], workplace.here);
    expect(code).toBe(0);
    expect(await mostInASecond()).toBeLessThanOrEqual(RATE);
  });
});

test('four workers together keep to it', async () => {
  const run = await startProgram(runArgs(...here(), ...onRedis()), workplace.here);
  await expect.poll(() => standIn.size(), { timeout: 120_000, interval: 20 }).toBeGreaterThan(0);
  const args = ['worker', '--run', workplace.runDir, ...here(), ...onRedis()];
  const workers = await Promise.all([1, 2, 3].map(() => startProgram(args, workplace.here)));
  expect((await run.result).code).toBe(0);
  for (const worker of workers) expect((await worker.result).code).toBe(0);
  expect(await mostInASecond()).toBeLessThanOrEqual(RATE);
});

test('calls that have to make a connection first, which takes 200 ms, make no second too full', async () => {
  const certificates = await mkdtemp(join(tmpdir(), 'slow-tls-'));
  makeCertificates(certificates);
  const far = await startSlowTls(standIn.url, { certificates, handshakeMs: 200 });
  try {
    await standIn.setFaults([{ action: { kind: 'latency', ms: 100 } }]);
    const { code } = await runProgram(runArgs('--endpoint-url', far.url, ...onRedis()), {
      ...workplace.here,
      env: { ...workplace.here.env, NODE_EXTRA_CA_CERTS: join(certificates, 'ca.crt') },
    });
    expect(code).toBe(0);
    expect(await mostInASecond()).toBeLessThanOrEqual(RATE);
  } finally {
    await far.close();
    await rm(certificates, { recursive: true, force: true });
  }
});
