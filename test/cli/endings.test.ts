import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { poolWithHistory } from '../support/stand-in/pool-with-history.js';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Ending';
const ROWS = 120;

const scene = useScene({ pools: [poolWithHistory(POOL, ROWS)], users: users(ROWS) });

const onRedis = () => ['--queue', inject('redisUrl')];
const runArgs = (...more: string[]) =>
  scene.runOn(POOL, '--generate', '--quota', '1000', '--rate', '200', '--concurrency', '10', ...more);
const resume = (...more: string[]) => scene.run(['resume', scene.workplace.runDir, ...more]);
const called = async () => (await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).length;

/** Every row succeeded, and the pool has set each password once. */
async function expectAllOnce(): Promise<void> {
  expect(scene.workplace.report().map(({ username, status }) => [username, status])).toEqual(
    users(ROWS).map((name) => [name, 'succeeded']),
  );
  const counts = Object.values(await scene.standIn.appliedCounts());
  expect([counts.length, Math.max(...counts)]).toEqual([ROWS, 1]);
}

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: onRedis },
])('with the queue on $queue', ({ flags }) => {
  test('a wrong pool, missing permissions, expired credentials and an operation that is not enabled each stop the run within the calls in flight, with no line for them; resume goes on', async () => {
    const errors = [
      { name: 'ResourceNotFoundException', advice: /check --pool-id/ },
      { name: 'AccessDeniedException', advice: /iam-policy\.json/ },
      { name: 'ExpiredTokenException', advice: /sign in again/ },
      { name: 'OperationNotEnabledException', advice: /primary Region/ },
    ];
    let before = 0;
    for (const [at, { name, advice }] of errors.entries()) {
      // The first calls of each process go well.
      const first = (at + 1) * 20;
      await scene.standIn.setFaults([{ username: `user-${first}`, action: { kind: 'error', name } }]);
      const result = await (at === 0 ? scene.run(runArgs(...flags())) : resume());
      expect(result.code).toBe(3);
      expect(result.stderr).toMatch(new RegExp(`Stopped after \\d+ rows: ${name}: `));
      expect(result.stderr).toMatch(advice);
      const lines = scene.workplace.report();
      expect(lines.every(({ status }) => status === 'succeeded')).toBe(true);
      expect(lines.length).toBeGreaterThan(before);
      expect(lines.length).toBeLessThan(first);
      expect(await called()).toBeLessThanOrEqual(first + 10 * (at + 1));
      before = lines.length;
    }
    await scene.standIn.setFaults([]);
    expect((await resume('--quiet')).code).toBe(0);
    await expectAllOnce();
  });
});

test('SIGTERM waits 15 s at most for calls in flight: one that gets no whole answer is left as unknown, and succeeded after resume', async () => {
  await scene.standIn.setFaults([{ username: 'user-40', action: { kind: 'stall-body' } }]);
  const program = await scene.start(runArgs(...onRedis()));
  await expect
    .poll(async () => (await scene.standIn.answers())['stall-body'] ?? 0, { timeout: 60_000, interval: 10 })
    .toBe(1);
  const asked = performance.now();
  program.kill('SIGTERM');
  expect((await program.result).code).toBe(130);
  // The time of a call, and of what must be said and closed on a busy machine.
  expect(performance.now() - asked).toBeLessThan(20_000);
  const lines = scene.workplace.report();
  expect(lines.length).toBeLessThan(40);
  await scene.standIn.setFaults([]);
  expect((await resume('--quiet')).code).toBe(0);
  await expectAllOnce();
});

/** A profile whose credentials come from a program: each time another key, that ends at this time from now on. */
async function sourceOf(...keys: { id: string; endsInSeconds: number }[]): Promise<Record<string, string>> {
  const source = join(scene.workplace.path, 'source.sh');
  const answers = keys.map(
    ({ id, endsInSeconds }, at) =>
      `${at === keys.length - 1 ? '*' : at + 1}) id=${id}; ends=${endsInSeconds};;`,
  );
  const counter = join(scene.workplace.path, 'asked');
  await writeFile(counter, '');
  await writeFile(
    source,
    `#!/bin/sh
echo asked >> '${counter}'
case $(($(wc -l < '${counter}'))) in ${answers.join(' ')} esac
echo "{\\"Version\\":1,\\"AccessKeyId\\":\\"$id\\",\\"SecretAccessKey\\":\\"s\\",\\"SessionToken\\":\\"t\\",\\"Expiration\\":\\"$(date -u -d "+$ends seconds" +%Y-%m-%dT%H:%M:%SZ)\\"}"
`,
  );
  await chmod(source, 0o700);
  const config = join(scene.workplace.path, 'config');
  await writeFile(config, `[profile renewing]\ncredential_process = ${source}\n`);
  return { AWS_CONFIG_FILE: config };
}

describe('credentials from a source that renews them', () => {
  const withProfile = (env: Record<string, string>) => ({
    env: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, ...env },
  });
  const start = (env: Record<string, string>) =>
    scene.start(runArgs('--rate', '60', '--profile', 'renewing', ...onRedis()), withProfile(env));
  const refuse = (...keys: string[]) =>
    scene.standIn.setFaults(
      keys.map((accessKeyId) => ({ accessKeyId, action: { kind: 'error', name: 'ExpiredTokenException' } })),
    );

  test('are renewed before their end, and once more when they are refused sooner: the run goes on by itself, and no user fails or is called twice', async () => {
    // The SDK renews in the last five minutes; the second key is said to last, and is ended by somebody.
    const env = await sourceOf(
      { id: 'ASIAFIRST', endsInSeconds: 301 },
      { id: 'ASIASECOND', endsInSeconds: 3600 },
      { id: 'ASIATHIRD', endsInSeconds: 3600 },
    );
    const program = await start(env);
    await expect.poll(called, { timeout: 60_000, interval: 10 }).toBeGreaterThan(60);
    await refuse('ASIAFIRST', 'ASIASECOND');
    const { code, stderr } = await program.result;
    expect(stderr).not.toMatch(/Expired/);
    expect(code).toBe(0);
    await expectAllOnce();
    expect((await scene.standIn.answers()).ExpiredTokenException).toBeGreaterThan(0);
  });

  test('stop the run when the new ones are refused too, and it resumes', async () => {
    const env = await sourceOf(
      { id: 'ASIAFIRST', endsInSeconds: 3600 },
      { id: 'ASIASECOND', endsInSeconds: 3600 },
    );
    await refuse('ASIAFIRST', 'ASIASECOND');
    const program = await start(env);
    const { code, stderr } = await program.result;
    expect(code).toBe(3);
    expect(stderr).toMatch(/Stopped after 0 rows: ExpiredTokenException/);
    await scene.standIn.setFaults([]);
    const resumed = await scene.run(['resume', scene.workplace.runDir, '--quiet'], withProfile(env));
    expect(resumed.code).toBe(0);
    await expectAllOnce();
  });
});
