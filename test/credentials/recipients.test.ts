import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  armor,
  Decrypter,
  generateHybridIdentity,
  generateX25519Identity,
  type Identity,
  identityToRecipient,
} from 'age-encryption';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encrypterFor, readRecipients } from '../../src/credentials/recipients.js';
import { ed25519Key, rsaKey } from './ssh-keys.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recipients-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function fileOf(...lines: string[]): Promise<string> {
  const path = join(dir, 'recipients.txt');
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

async function opens(identity: string | Identity, file: Uint8Array): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(file, 'text');
}

test('each recipient opens the file by itself, an age key as well as an SSH key; nobody else does', async () => {
  const age = await generateX25519Identity();
  const [ed, rsa, other] = [ed25519Key(1), rsaKey(2048), ed25519Key(2)];
  const recipients = await readRecipients([await identityToRecipient(age), ed.line, rsa.line]);
  const file = await encrypterFor(recipients).encrypt('for three');
  for (const identity of [age, ed.identity, rsa.identity])
    expect(await opens(identity, file)).toBe('for three');
  await expect(opens(other.identity, file)).rejects.toThrow('no identity matched');
});

test('the SSH keys of these tests open what age itself has made', async () => {
  // echo -n 'made by age 1.1.1' | age -a -r "$(the line of ed25519Key(7))"
  const made = `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNzaC1lZDI1NTE5IHovZlN2dyA4RThu
bU5PdjdtemNWWG9DZWJkS1BCZDBLYVBUNm9nNCtjUjJaN2daTVRRCno3K0hDR3Rt
OVJrMVAwOHVkZkZzOGFZRU1qQkp0WE1Zcy9lNnVQckhicW8KLS0tIG9sYjlrRWtr
RmhSSlc0V3ZLenpCU3ZGcFl2MndLTnZ1TlhRZ25KY0VCbVUKq5w0S1b/VUcfHvyX
xQQwEy5xGbSqsV6dp8XC71YzD180us/VE7YCm2R6f9/LBJTGWQ==
-----END AGE ENCRYPTED FILE-----
`;
  expect(await opens(ed25519Key(7).identity, armor.decode(made))).toBe('made by age 1.1.1');
});

test.skipIf(spawnSync('age', ['--version']).error !== undefined)(
  'age itself opens what an RSA key is encrypted to, where it is installed',
  async () => {
    const rsa = rsaKey(2048);
    await writeFile(join(dir, 'key.pem'), rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }), {
      mode: 0o600,
    });
    const file = await encrypterFor(await readRecipients([rsa.line])).encrypt('for age');
    const { stdout, stderr } = spawnSync('age', ['-d', '-i', join(dir, 'key.pem')], { input: file });
    expect(stdout.toString(), stderr.toString()).toBe('for age');
  },
);

test('a file lists recipients as age has it: one a line, comments and blank lines, each once', async () => {
  const age = await identityToRecipient(await generateX25519Identity());
  const ed = ed25519Key(3).line;
  const path = await fileOf('# the help desk', age, '', `  ${ed}\r`, age);
  expect(await readRecipients([path, age])).toEqual([age, ed]);
});

test('post-quantum recipients are taken, and not beside others', async () => {
  const identity = await generateHybridIdentity();
  const safe = await identityToRecipient(identity);
  const file = await encrypterFor(await readRecipients([safe])).encrypt('later');
  expect(await opens(identity, file)).toBe('later');
  await expect(readRecipients([safe, ed25519Key(1).line])).rejects.toThrow('of one kind');
});

describe('what can’t be encrypted to is refused in one sentence', () => {
  const ed = ed25519Key(1).line;
  test.each([
    ['a typing mistake', 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq', /mistyped/],
    ['an SSH key cut short', ed.slice(0, 60), /cut short/],
    ['an SSH key whose kind was changed', ed.replace('ssh-ed25519 ', 'ssh-rsa '), /changed/],
    ['an ECDSA key', 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= x', /ssh-ed25519 and ssh-rsa/],
    ['a short RSA key', rsaKey(1024).line, /1024 bits/],
    [
      'a plugin’s key',
      'age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt',
      /age-plugin-yubikey/,
    ],
    ['a path', './no-such-file', /no file/],
    ['a directory', '/tmp', /EISDIR/],
  ])('%s', async (_, given, says) => {
    const error = await readRecipients([given]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(says) });
  });

  test('a private key of SSH in a file, and a private key of age that is given itself, in whole sentences', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'private-'));
    const path = join(directory, 'id_ed25519');
    await writeFile(path, '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n');
    await expect(readRecipients([path])).rejects.toThrow(
      `${path}, line 1, is a private key, which must stay with its owner: give its public half, the .pub file beside it.`,
    );
    await expect(readRecipients(['AGE-SECRET-KEY-1ABC'])).rejects.toThrow(/^--recipient is a private key,/);
    await rm(directory, { recursive: true });
  });

  test('a private key, without repeating it', async () => {
    const secret = await generateX25519Identity();
    for (const given of [secret, await fileOf(secret)]) {
      const error = await readRecipients([given]).catch((thrown: unknown) => thrown);
      expect(String(error)).toMatch(/private key.*age-keygen -y/);
      expect(String(error)).not.toContain(secret.slice(20, 40));
    }
  });

  test('a file without any, and a line that is none by its number, without repeating it', async () => {
    await expect(readRecipients([await fileOf('# nobody')])).rejects.toThrow('names no recipient');
    const error = await readRecipients([await fileOf('# one', 'hunter2')]).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/line 2, is no recipient/);
    expect(String(error)).not.toContain('hunter2');
  });
});
