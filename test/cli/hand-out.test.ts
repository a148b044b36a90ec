import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_HandOut01';
const ROWS = 30;

let identity: string;
let recipient: string;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }],
  keepPasswords: true,
  users: [...users(ROWS), 'nobody'],
});
beforeAll(async () => {
  identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
});

const args = (...more: string[]) => scene.runOn(POOL, '--plain', '--quota', '500', '--rate', '300', ...more);
const command = (...words: string[]) => scene.run(words);

async function expectHandedOut(): Promise<void> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const file = await readFile(join(scene.workplace.runDir, 'credentials.csv.age'));
  const rows: Record<'username' | 'password', string>[] = parse(await decrypter.decrypt(file, 'text'), {
    columns: true,
  });
  expect(rows.map(({ username }) => username)).toEqual(users(ROWS));
  for (const { username, password } of rows)
    expect(password).toBe(await scene.standIn.passwordOf(POOL, username));
}

test('run --recipient leaves the passwords for whoever has the identity, and the key is gone', async () => {
  const { code, stdout, stderr } = await scene.run(args('--generate', '--recipient', recipient));
  expect(code).toBe(1);
  expect(stderr).toMatch(/Handed out +to one recipient, encrypted; then the key is destroyed/);
  expect(stdout).toContain('credentials.csv.age');
  await expectHandedOut();
  expect(scene.workplace.has('run.key')).toBe(false);
  expect((await command('status', scene.workplace.runDir)).stdout).toMatch(
    /Key +destroyed at .*can't be made again/,
  );
  const again = await command(
    'credentials',
    scene.workplace.runDir,
    '--recipient',
    recipient,
    '-o',
    'again.age',
  );
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(/destroyed at .*credentials\.csv\.age/);

  await scene.standIn.clear();
  const sample = await command(
    'verify',
    scene.workplace.runDir,
    '--sign-in-sample',
    '1',
    '--client-id',
    'client1',
  );
  expect(sample).toMatchObject({ code: 2, stdout: '', stderr: again.stderr });
  expect(await scene.standIn.size()).toBe(0);
});

test('passwords that can’t be written stop the run with 3 and leave the key; resume hands them out', async () => {
  const run = await scene.start(args('--generate', '--recipient', recipient, '--rate', '20'));
  await run.waitForStderr(/Report/);
  await expect.poll(() => scene.workplace.has('run.json'), { timeout: 60_000, interval: 20 }).toBe(true);
  const blocked = join(scene.workplace.runDir, 'credentials.csv.age');
  await mkdir(blocked);
  expect((await run.result).code).toBe(3);
  expect(scene.workplace.has('run.key')).toBe(true);
  expect(scene.workplace.has('summary.json')).toBe(false);
  await rm(blocked, { recursive: true });
  expect((await command('resume', scene.workplace.runDir)).code).toBe(1);
  await expectHandedOut();
  expect(scene.workplace.has('run.key')).toBe(false);
});

test('shred-key overwrites and removes the key of a finished run, and of no other unless it is forced', async () => {
  // A call without an answer keeps the run alive until it is killed.
  await scene.standIn.setFaults([{ username: 'user-9', action: { kind: 'hang-before' } }]);
  const run = await scene.start(args('--generate'));
  await scene.calledAtLeast(9);
  expect((await command('shred-key', scene.workplace.runDir, '--yes')).stderr).toMatch(
    /under way in process/,
  );
  run.kill('SIGKILL');
  await run.result;
  await scene.standIn.setFaults([]);
  const unfinished = await command('shred-key', scene.workplace.runDir, '--yes');
  expect({ code: unfinished.code, key: scene.workplace.has('run.key') }).toEqual({ code: 2, key: true });
  expect(unfinished.stderr).toMatch(/has not finished.*--force/);

  expect((await command('resume', scene.workplace.runDir)).code).toBe(1);
  // Another name of the same file shows what became of its bytes.
  const other = join(scene.workplace.path, 'other-name');
  await link(join(scene.workplace.runDir, 'run.key'), other);
  const before = await readFile(other);
  const asked = await command('shred-key', scene.workplace.runDir);
  expect({ code: asked.code, key: scene.workplace.has('run.key') }).toEqual({ code: 2, key: true });
  expect(await command('shred-key', scene.workplace.runDir, '--yes')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^The key is destroyed: the passwords of this run can’t be made again\./),
  });
  expect(scene.workplace.has('run.key')).toBe(false);
  expect((await readFile(other)).equals(before)).toBe(false);
  expect((await command('shred-key', scene.workplace.runDir, '--yes')).stderr).toMatch(/destroyed already/);
});

test('shred-key says of each kind of run what is lost with its key', async () => {
  await scene.workplace.write('users.csv', 'username,password\nuser-1,Given-Password-1\n');
  expect((await command(...args('--password-column', 'password'))).code).toBe(0);
  expect((await command('shred-key', scene.workplace.runDir, '--yes')).stderr).toMatch(
    /destroyed: only the file still has the passwords\./,
  );
  const discarded = await command(...args('--discard', '--run-dir', 'discarded'));
  expect(discarded.code).toBe(0);
  expect(await command('shred-key', 'discarded', '--yes')).toMatchObject({
    code: 2,
    stderr:
      'cognito-bulk-reset: A --discard run that has finished has no key, and nobody has its passwords.\n',
  });
});

test.each([
  ['a recipient that is none', ['--generate', '--recipient', 'age1nobody'], /age1nobody/],
  ['--recipient without --generate', ['--discard', '--recipient'], /--generate only/],
])('%s is refused before anything is sent: exit 2, one line', async (_, more, message) => {
  const words = more.at(-1) === '--recipient' ? [...more, recipient] : more;
  const { code, stderr } = await scene.run(args(...words));
  expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
  expect(stderr).toMatch(message);
  expect(await scene.standIn.size()).toBe(0);
});
