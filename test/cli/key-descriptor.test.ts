import { closeSync, openSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Descrip01';
const ROWS = 200;
const PLAINTEXT = ['--plaintext', '--i-understand-this-writes-plaintext-passwords', '-o', '-'];

test('run, worker, resume and credentials take the key from a descriptor, and it comes into no file', async () => {
  const pools = [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }];
  const standIn = await spawnStandIn({ pools, keepPasswords: true });
  const workplace = await createWorkplace();
  onTestFinished(async () => {
    await workplace.remove();
    await standIn.close();
  });
  await workplace.write('users.csv', csvOf(users(ROWS)));
  const keyFile = join(workplace.path, 'a.key');
  const key = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));
  await writeFile(keyFile, key, { mode: 0o600 });
  // Each program gets a description of its own: what one has read is read.
  const withKey = (path = keyFile) => {
    const descriptor = openSync(path, 'r');
    onTestFinished(() => closeSync(descriptor));
    const env = { ...workplace.here.env, COGNITO_BULK_RESET_KEY_FILE: 'fd:3' };
    return { ...workplace.here, env, descriptors: [descriptor] };
  };
  const service = ['--queue', inject('redisUrl'), '--endpoint-url', standIn.url, '--allow-http'];
  const target = ['--pool-id', POOL, '--run-dir', workplace.runDir, '--yes', '--generate'];
  // Slow, and few jobs at once: there is one to be had for the worker, and the run is not over before it comes.
  const slow = ['--rate', '4', '--concurrency', '2'];

  const run = await startProgram(['run', 'users.csv', ...target, ...service, ...slow], withKey());
  await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(3);
  const forWorker = withKey();
  const log = { ...forWorker.env, COGNITO_BULK_RESET_LOG_LEVEL: 'debug' };
  const worker = await startProgram(['worker', '--run', workplace.runDir, ...service], {
    ...forWorker,
    env: log,
  });
  await worker.waitForStderr(/"status":"succeeded"/);
  run.kill('SIGINT');
  expect((await run.result).code).toBe(130);

  await writeFile(join(workplace.path, 'other.key'), Buffer.alloc(32, 1), { mode: 0o600 });
  const another = await runProgram(['resume', workplace.runDir], withKey(join(workplace.path, 'other.key')));
  expect(another).toMatchObject({ code: 2, stderr: expect.stringMatching(/key is not the one of this run/) });
  const done = workplace.report().length;
  const resumed = await startProgram(['resume', workplace.runDir, '--plain'], withKey());
  await expect.poll(() => workplace.report().length, { timeout: 60_000, interval: 50 }).toBeGreaterThan(done);
  resumed.kill('SIGINT');
  expect((await resumed.result).code).toBe(130);
  worker.kill('SIGINT');
  expect((await worker.result).code).toBe(130);
  expect(workplace.has('run.key')).toBe(false);

  const made = await runProgram(['credentials', workplace.runDir, ...PLAINTEXT], withKey());
  expect(made.code, made.stderr).toBe(0);
  const rows: Record<'username' | 'password', string>[] = parse(made.stdout, { columns: true });
  expect(rows).toHaveLength(workplace.report().length);
  for (const { username, password } of rows) expect(await standIn.passwordOf(POOL, username)).toBe(password);
  for (const name of ['run.json', 'run.log', 'report.csv']) {
    const bytes = readFileSync(join(workplace.runDir, name));
    for (const form of [key, key.toString('hex'), key.toString('base64')])
      expect(bytes.includes(form)).toBe(false);
  }
});
