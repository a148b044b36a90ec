import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  resetPasswords,
  type ResetOptions,
  resumePasswords,
  type RowOutcome,
  RunInterruptedError,
  RunStoppedError,
  UsageError,
} from '../../src/library/index.js';
import { useScene } from '../cli/scene.js';
import { csvOf, users } from '../cli/workplace.js';
import { CACHE } from '../support/program.js';
import { type Redis, startRedis } from '../support/redis.js';

const POOL = 'eu-west-1_Library01';
const SAMPLE = fileURLToPath(new URL('../../samples/library/reset-passwords.ts', import.meta.url));
let redis: Redis;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 1_000 } }],
  keepPasswords: true,
});

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIATEST';
  process.env.AWS_SECRET_ACCESS_KEY = 'test-secret';
  process.env.XDG_CACHE_HOME = CACHE;
  redis = await startRedis();
});
afterAll(() => redis.stop());

const options = (more: Partial<ResetOptions> = {}): ResetOptions => ({
  users: users(40),
  poolId: POOL,
  passwords: { kind: 'generate' },
  quota: 1_000,
  rate: 500,
  queue: redis.url,
  runDirectory: scene.workplace.runDir,
  endpoint: scene.standIn.url,
  allowHttp: true,
  ...more,
});

async function all(run: AsyncIterable<RowOutcome>): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for await (const outcome of run) outcomes.push(outcome);
  return outcomes;
}

test('outcomes come in the order of the rows, and two runs at once in one process keep apart', async () => {
  await scene.workplace.write('users.csv', csvOf(['nobody', ...users(30)]));
  const file = resetPasswords(options({ users: join(scene.workplace.path, 'users.csv') }));
  const one = resetPasswords(
    options({ runDirectory: join(scene.workplace.path, 'other'), users: users(10, 500) }),
  );
  const [outcomes, others] = await Promise.all([all(file), all(one)]);
  expect(outcomes.map(({ row }) => row)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
  expect(outcomes[0]).toMatchObject({ username: 'nobody', status: 'failed', error: 'UserNotFoundException' });
  expect(outcomes.slice(1).every(({ status, attempts }) => status === 'succeeded' && attempts === 1)).toBe(
    true,
  );
  expect(others.map(({ username }) => username)).toEqual(users(10, 500));
  const written: unknown = JSON.parse(await readFile(join(scene.workplace.runDir, 'summary.json'), 'utf8'));
  expect(await file.summary).toEqual(written);
});

test('users of an iterable get the passwords that come with them, and no password lies in the run directory', async () => {
  const given = async function* () {
    for (const username of users(5)) yield { username, password: `Given-to-${username}!` };
  };
  const run = resetPasswords(options({ users: given(), passwords: { kind: 'column', name: 'password' } }));
  expect((await run.summary).byStatus.succeeded).toBe(5);
  for (const name of users(5)) expect(await scene.standIn.passwordOf(POOL, name)).toBe(`Given-to-${name}!`);
  const input = await readFile(join(scene.workplace.runDir, 'input.sealed'));
  expect(input.includes('Given-to-')).toBe(false);
});

describe('a run that ends before its end', () => {
  test('is interrupted by its signal or by leaving the loop, and resumed with the rest of its outcomes', async () => {
    const interrupted = new AbortController();
    const run = resetPasswords(options({ users: users(300), rate: 100, signal: interrupted.signal }));
    const before: RowOutcome[] = [];
    const looped = (async () => {
      for await (const outcome of run) if (before.push(outcome) === 5) interrupted.abort(new Error('enough'));
    })();
    await expect(looped).rejects.toThrow(RunInterruptedError);
    await expect(run.summary).rejects.toMatchObject({
      cause: new Error('enough'),
      runDirectory: scene.workplace.runDir,
    });

    for await (const outcome of resumePasswords(scene.workplace.runDir)) {
      before.push(outcome);
      break;
    }
    const after = await all(resumePasswords(scene.workplace.runDir));
    // What was in flight when the loop was left has its line too, and no loop tells of it.
    const rows = [...before, ...after].map(({ row }) => row);
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.at(-1)).toBe(300);
    // Nobody was called twice.
    expect((await scene.standIn.calls({ operation: 'AdminSetUserPassword' })).length).toBe(300);
  });

  test('says what stopped it and what to do about it', async () => {
    await scene.standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
    const stopped = await all(resetPasswords(options())).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(RunStoppedError);
    expect(stopped).toMatchObject({ error: 'AccessDeniedException', runDirectory: scene.workplace.runDir });
    expect(stopped).toHaveProperty('advice', expect.stringMatching(/AdminSetUserPassword/));
  });
});

describe('a mistake is told before anything is sent, by the option’s name', () => {
  test.each<[string, object]>([
    ['poolId', { poolId: '' }],
    ['rate', { rate: -1 }],
    ['passwords', { passwords: { kind: 'none' } }],
    ['colum', { colum: 'mail' }],
    ['users', { users: 17 }],
    ['temporary', { temporary: true, passwords: { kind: 'discard' } }],
    ['protect', { protect: 'admin' }],
  ])('%s', (name, wrong) => {
    expect(() => resetPasswords({ ...options(), ...wrong })).toThrow(UsageError);
    expect(() => resetPasswords({ ...options(), ...wrong })).toThrow(name);
  });

  test('a pool that is not there rejects loop and summary, and leaves no run directory', async () => {
    const run = resetPasswords(options({ poolId: 'eu-west-1_Elsewhere' }));
    await expect(all(run)).rejects.toThrow(UsageError);
    await expect(run.summary).rejects.toThrow(UsageError);
    expect(scene.workplace.has('')).toBe(false);
  });
});

test('the key that the environment names is that of a run and of its resume, and comes into no directory', async () => {
  const keyFile = join(scene.workplace.path, 'a.key');
  await writeFile(keyFile, Buffer.alloc(32, 7), { mode: 0o600 });
  vi.stubEnv('COGNITO_BULK_RESET_KEY_FILE', keyFile);
  try {
    const signal = AbortSignal.timeout(500);
    const run = resetPasswords(options({ users: users(300), rate: 100, signal }));
    await expect(run.summary).rejects.toThrow(RunInterruptedError);
    expect(scene.workplace.has('run.key')).toBe(false);
    expect((await resumePasswords(scene.workplace.runDir).summary).byStatus.succeeded).toBe(300);
  } finally {
    vi.unstubAllEnvs();
  }
});

/** Does something as soon as a run is under way, then leaves it. */
async function meanwhile(run: AsyncIterable<RowOutcome>, act: () => Promise<unknown>): Promise<void> {
  for await (const _ of run) {
    await act();
    break;
  }
}

test('onWarning hears of another run on the queue, as a person at the command line does', async () => {
  const told: string[] = [];
  const onWarning = (text: string) => {
    if (/the run .* is under way on this queue/.test(text)) told.push(text);
  };
  const slow = (name: string) =>
    resetPasswords(options({ users: users(600), rate: 20, runDirectory: join(scene.workplace.path, name) }));
  await meanwhile(slow('one'), () => resetPasswords(options({ users: users(5), onWarning })).summary);
  expect(told).toHaveLength(1);
  // And of one that is resumed.
  const resumed = () => resumePasswords(join(scene.workplace.path, 'one'), { onWarning });
  await meanwhile(slow('two'), () => meanwhile(resumed(), async () => undefined));
  expect(told).toHaveLength(2);
});

test('the sample runs as it stands, against the package as its users import it', async () => {
  const lines = users(6).map((name) => `${name},Given-to-${name}!`);
  await scene.workplace.write(
    'users.csv',
    `username,password\n${['nobody,Given-to-nobody!', ...lines].join('\n')}\n`,
  );
  const env = { ENDPOINT: scene.standIn.url, COGNITO_BULK_RESET_QUEUE: redis.url };
  const sample = await scene.run(['users.csv', POOL], { env, entry: SAMPLE });
  expect(sample).toMatchObject({ code: 0, stderr: '' });
  expect(sample.stdout).toMatch(
    /^2: nobody: UserNotFoundException\n6 of 7 users have their passwords; the report is in .*migration\n$/,
  );
});
