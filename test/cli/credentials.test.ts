import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { ed25519Key } from '../credentials/ssh-keys.js';
import { type CognitoLocal, startCognitoLocal } from '../support/cognito-local.js';
import { makePool, signIn } from '../support/cognito-local-pool.js';
import type { ProgramOptions } from '../support/program.js';
import { useScene } from './scene.js';
import { csvOf, users } from './workplace.js';

const POOL = 'eu-west-1_Creds01';
const CLIENT = 'clientCreds01';
const UNDERSTOOD = ['--plaintext', '--i-understand-this-writes-plaintext-passwords'];

let local: CognitoLocal;
let identity: string;
let recipient: string;

const scene = useScene({
  pools: [{ id: POOL, name: 'customers', generated: { pattern: 'user-%d', count: 100 } }],
});
beforeAll(async () => {
  local = await startCognitoLocal();
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});
afterAll(() => local.stop());

const at = (name: string) => join(scene.workplace.path, name);
const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

async function run(csv: string, ...more: string[]) {
  await scene.workplace.write('users.csv', csv);
  return scene.run(scene.runOn(POOL, '--queue', inject('redisUrl'), '--quiet', ...more));
}

function credentials(args: string[], options: ProgramOptions = {}) {
  return scene.run(['credentials', scene.workplace.runDir, ...args], options);
}

async function opened(path: string, own = identity): Promise<Record<string, string>[]> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(own);
  return parse(await decrypter.decrypt(readFileSync(path), 'text'), { columns: true });
}

test('the users whose reset succeeded sign in with the passwords in the file, which is encrypted and 0600', async () => {
  const hard = ['ann', 'Zoë,"x"', '=HYPERLINK("http://x")', "'@bob", '#1'];
  const pool = await makePool(local.url, { users: hard });
  await scene.workplace.write(
    'hard.csv',
    `${csvOf(['nobody', 'ann'])}"Zoë,""x"""\n"=HYPERLINK(""http://x"")"\n'@bob\n#1\nann\n`,
  );
  const service = [
    '--endpoint-url',
    local.url,
    '--allow-http',
    '--region',
    'local',
    '--queue',
    inject('redisUrl'),
  ];
  const args = ['run', 'hard.csv', '--pool-id', pool.poolId, ...service, '--run-dir', scene.workplace.runDir];
  expect((await scene.run([...args, '--generate', '--yes'])).code).toBe(1);
  await writeFile(at('desk.txt'), `# the help desk\n${ed25519Key(4).line}\n`);
  const output = at('creds.csv.age');
  const made = await credentials(['--recipient', recipient, '--recipient', at('desk.txt'), '-o', output]);
  expect(made.code, made.stderr).toBe(0);
  expect(made.stdout).toBe('');
  expect(made.stderr).toMatch(/passwords of 5 users are in .*creds\.csv\.age, encrypted to 2 recipients/);

  expect(await mode(output)).toBe('600');
  const rows = await opened(output);
  expect(rows.map(({ username }) => username)).toEqual(hard);
  expect(rows.map(({ row }) => row)).toEqual(['2', '3', '4', '5', '6']);
  for (const { username = '', password = '' } of rows) {
    expect(await signIn(local.url, pool.clientId, username, password)).toBe('tokens');
    for (const name of readdirSync(scene.workplace.runDir))
      expect(readFileSync(join(scene.workplace.runDir, name)).includes(password)).toBe(false);
    expect(readFileSync(output).includes(password)).toBe(false);
  }
});

test('a run that was killed and resumed has one password for each user, in the file and in the pool', async () => {
  const names = users(30);
  await scene.workplace.write('users.csv', csvOf(names));
  const program = await scene.start(scene.runOn(POOL, '--generate', '--rate', '20'));
  await scene.calledAtLeast(8);
  program.kill('SIGKILL');
  await program.result;

  const soFar = await credentials(['--recipient', recipient, '-o', at('so-far.age')]);
  expect(soFar.code, soFar.stderr).toBe(0);
  expect(soFar.stderr).toContain('The run has not finished');
  const before = await opened(at('so-far.age'));
  expect(before.length).toBe(scene.workplace.report().length);
  expect((await scene.run(['resume', scene.workplace.runDir, '--quiet'])).code).toBe(0);
  expect((await credentials(['--recipient', recipient, '-o', at('all.age')])).code).toBe(0);
  const after = await opened(at('all.age'));
  expect(after.map(({ username }) => username)).toEqual(names);
  expect(after.slice(0, before.length)).toEqual(before);
  for (const { username = '', password = '' } of after)
    expect(await signIn(scene.standIn.url, CLIENT, username, password)).toBe('tokens');
});

describe('of a finished run', () => {
  const nothingWritten = async (args: string[], says: RegExp, options: ProgramOptions = {}) => {
    const before = await scene.workplace.names();
    const { code, stdout, stderr } = await credentials(args, options);
    expect(stderr).toMatch(says);
    expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({
      code: 2,
      stdout: '',
      lines: 1,
    });
    expect(await scene.workplace.names()).toEqual(before);
  };

  beforeEach(async () => {
    expect((await run(csvOf(users(3)), '--generate', '--temporary')).code).toBe(0);
  });

  test('mistakes write nothing and say what to do', async () => {
    await writeFile(at('there.age'), 'mine');
    await symlink(at('there.age'), at('link.age'));
    const to = ['--recipient', recipient];
    await nothingWritten(['-o', at('new.age')], /--recipient .*--passphrase/);
    await nothingWritten([...to, '--passphrase', '-o', at('new.age')], /do not go together/);
    await nothingWritten([...to, ...UNDERSTOOD, '-o', at('new.csv')], /do not go together/);
    await nothingWritten(
      ['--plaintext', '-o', at('new.csv')],
      /--i-understand-this-writes-plaintext-passwords/,
    );
    await nothingWritten([...to, UNDERSTOOD[1] ?? '', '-o', at('new.age')], /goes with --plaintext/);
    await nothingWritten([...to, '-o', at('there.age')], /exists already.*--force/);
    await nothingWritten([...to, '-o', at('link.age'), '--force'], /no regular file/);
    await nothingWritten([...to, '-o', at('no/such/dir.age')], /could not be written \(ENOENT\)/);
    await nothingWritten(['--passphrase', '-o', at('new.age')], /needs a terminal/);
    await nothingWritten([...to], /--output/);
    expect(readFileSync(at('there.age'), 'utf8')).toBe('mine');

    const words = { env: { COGNITO_BULK_RESET_PLAINTEXT: '1' } };
    await nothingWritten(['-o', at('new.csv')], /Say who may read/, words);
  });

  test('a report that was changed, and a key that is another’s, are refused: the passwords would be wrong', async () => {
    const to = ['--recipient', recipient, '-o', at('new.age')];
    await writeFile(at('other.key'), Buffer.alloc(32, 1), { mode: 0o600 });
    const env = { COGNITO_BULK_RESET_KEY_FILE: at('other.key') };
    await nothingWritten(to, /not the one of this run/, { env });
    await appendFile(join(scene.workplace.runDir, 'report.csv'), '4,5,user-4,succeeded,,,1,,,\n');
    await nothingWritten(to, /not as the run left it/);
  });

  test('--force replaces a file, and - is standard output', async () => {
    await writeFile(at('old.age'), 'mine');
    const forced = await credentials(['--recipient', recipient, '-o', at('old.age'), '--force']);
    expect(forced.code).toBe(0);
    expect(forced.stderr).toMatch(/expire 7 days after they were set/);
    expect((await opened(at('old.age'))).length).toBe(3);
    expect(await mode(at('old.age'))).toBe('600');

    const piped = await credentials(['--recipient', recipient, '-o', '-', '--force']);
    expect(piped.code).toBe(0);
    expect(piped.stdout).toMatch(/^age-encryption\.org\/v1\n-> X25519 /);
    const terminal = await scene.start(
      ['credentials', scene.workplace.runDir, '--recipient', recipient, '-o', '-'],
      { terminal: true },
    );
    expect((await terminal.result).stdout).toMatch(/not for a terminal/);
  });

  test('--plaintext with the whole words writes a file that only the owner can read, and no terminal sees it', async () => {
    const { code, stdout, stderr } = await credentials([...UNDERSTOOD, '-o', at('creds.csv')]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/in the clear: delete it/);
    expect(await mode(at('creds.csv'))).toBe('600');
    const rows: Record<string, string>[] = parse(readFileSync(at('creds.csv')), { columns: true });
    expect(rows.map(({ username }) => username)).toEqual(users(3));
    for (const { username = '', password = '' } of rows)
      expect(await signIn(scene.standIn.url, CLIENT, username, password)).toBe('NEW_PASSWORD_REQUIRED');

    const piped = await credentials([...UNDERSTOOD, '-o', '-']);
    expect(piped.stdout).toBe(readFileSync(at('creds.csv'), 'utf8'));
    const shown = await scene.start(['credentials', scene.workplace.runDir, ...UNDERSTOOD, '-o', '-'], {
      terminal: true,
    });
    const screen = (await shown.result).stdout;
    expect(screen).toMatch(/not shown on a terminal/);
    expect(screen).not.toContain(rows[0]?.password);
  });

  test('--passphrase is asked for twice and never shown; who knows it opens the file', async () => {
    const start = (output: string) =>
      scene.start(['credentials', scene.workplace.runDir, '--passphrase', '-o', at(output)], {
        terminal: true,
      });
    const answer = async (output: string, ...answers: string[]) => {
      const program = await start(output);
      for (const [n, text] of answers.entries()) {
        await program.waitForStdout(n === 0 ? /Passphrase: / : /The same again: /);
        program.type(`${text}\r`);
      }
      const { code, stdout } = await program.result;
      for (const text of answers) expect(stdout).not.toContain(text);
      return { code, stdout };
    };
    const words = 'correct horse battery staple';
    expect(await answer('short.age', 'hunter2')).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/under 12/),
    });
    expect(await answer('other.age', words, 'correct horse battery stable')).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/differ/),
    });
    const made = await answer('creds.age', words, words);
    expect(made.code, made.stdout).toBe(0);
    expect((await scene.workplace.names()).filter((name) => name.endsWith('.age'))).toEqual(['creds.age']);
    const decrypter = new Decrypter();
    decrypter.addPassphrase(words);
    const text = await decrypter.decrypt(readFileSync(at('creds.age')), 'text');
    expect(parse(text, { columns: true })).toHaveLength(3);

    const interrupted = await start('none.age');
    await interrupted.waitForStdout(/Passphrase: /);
    interrupted.type('\u0003');
    expect((await interrupted.result).stdout).toMatch(/nothing was written/);
  });
});

test('says that nobody has the passwords of --discard, and in which file those of a column are', async () => {
  await run(csvOf(users(1)), '--discard');
  const to = ['--recipient', recipient, '-o', at('new.age')];
  expect(await credentials(to)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Nobody has the passwords/),
  });
  await rm(scene.workplace.runDir, { recursive: true });
  await run('username,secret\nuser-1,Long-Enough-1\n', '--password-column', 'secret');
  const fromColumn = await credentials(['--recipient', recipient, '-o', at('new.age')]);
  expect(fromColumn).toMatchObject({ code: 2, stderr: expect.stringMatching(/users\.csv, column "secret"/) });
});
