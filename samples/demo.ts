/**
 * `npm run demo`: the real program over samples/users.csv against cognito-local, and then three sign-ins with the
 * new passwords. It checks what it shows and ends with 1 when anything is not as it should be.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openManifest, readManifest } from '../src/manifest/manifest.js';
import { derivePassword } from '../src/password/derive.js';
import { readRunKey } from '../src/password/key-file.js';
import { runDirectory } from '../src/run/directory.js';
import { readRunRecord } from '../src/run/record.js';
import { startCognitoLocal } from '../test/support/cognito-local.js';
import { makePool, signIn } from '../test/support/cognito-local-pool.js';

const temporary = process.argv.includes('--temporary');
const csv = fileURLToPath(new URL('users.csv', import.meta.url));
const cli = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);

const work = await mkdtemp(join(tmpdir(), 'cbr-demo-'));
say('Starting cognito-local and making a user pool ...');
const cognito = await startCognitoLocal();
try {
  const users: { username: string; row: number }[] = [];
  for await (const rows of readManifest(await openManifest(csv, { header: true }), { caseSensitive: true })) {
    for (const row of rows) {
      // The rows of nobody-1 to nobody-9 are left out of the pool: they are the UserNotFoundException.
      if (row.kind === 'user' && !row.username.startsWith('nobody-')) users.push(row);
    }
  }
  const pool = await makePool(cognito.url, { users: users.map(({ username }) => username), name: 'demo' });
  const runPath = join(work, 'run');
  const args = [
    'run',
    csv,
    '--pool-id',
    pool.poolId,
    '--generate',
    '--endpoint-url',
    cognito.url,
    '--allow-http',
  ];
  args.push(
    '--quota',
    '60',
    '--rate',
    '60',
    '--yes',
    '--run-dir',
    runPath,
    ...(temporary ? ['--temporary'] : []),
  );
  say(`\n$ cognito-bulk-reset ${args.join(' ')}\n`);
  const run = spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'AKIALOCAL', AWS_SECRET_ACCESS_KEY: 'local' },
  });
  const [exitCode] = await once(run, 'exit');

  const directory = runDirectory(runPath);
  const report = (await readFile(directory.report, 'utf8')).split('\n');
  say(`\nThe first lines of report.csv:\n\n${report.slice(0, 5).join('\n')}\n`);

  const record = await readRunRecord(directory.record);
  const key = readRunKey(directory.key);
  if (record.shape === undefined) throw new Error('the run generated no passwords');
  const expected = temporary ? 'NEW_PASSWORD_REQUIRED' : 'tokens';
  let right = exitCode === 1;
  say('Signing in with the new passwords (InitiateAuth):');
  for (const { username, row } of users.slice(0, 3)) {
    const password = derivePassword(key, { poolId: pool.poolId, username, row }, record.shape);
    const answer = await signIn(cognito.url, pool.clientId, username, password.reveal());
    right &&= answer === expected;
    say(`  ${username.padEnd(24)} ${answer}`);
  }
  const { byStatus } = JSON.parse(await readFile(directory.summary, 'utf8'));
  right &&= byStatus.succeeded === users.length && byStatus.failed > 0 && byStatus.skipped > 0;
  say(right ? '\nThe demo went as it should.' : '\nThe demo did not go as it should.');
  process.exitCode = right ? 0 : 1;
} finally {
  await cognito.stop();
  await rm(work, { recursive: true, force: true });
}
