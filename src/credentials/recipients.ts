import { open } from 'node:fs/promises';
import { Encrypter } from 'age-encryption';
import type { Secret } from '../password/secret.js';
import { errorCode } from '../report/report-write-error.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { UsageError } from '../usage-error.js';
import { SSH_KINDS, sshRecipient } from './ssh-recipient.js';

/** Bytes; a file of recipients that is longer is another file. */
const FILE_LIMIT = 1024 * 1024;

/**
 * The recipients that were asked for, as age writes them (`age1…`, `ssh-ed25519 AAAA… comment`), each once. They are public.
 *
 * @param given recipients, or paths of files that list them as age's own do: one a line, `#` before a comment; a `.pub` file is one
 * @throws UsageError for one that can't be encrypted to, before anything is made
 */
export async function readRecipients(given: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const one of given) {
    const text = one.trim();
    if (looksLikeRecipient(text)) found.push(checked(text, `--recipient${shown(text)}`));
    else found.push(...(await recipientsOfFile(one)));
  }
  const recipients = [...new Set(found)];
  refuseMixture(recipients);
  return recipients;
}

/** Encrypts to these, which `readRecipients` has given. */
export function encrypterFor(recipients: readonly string[]): Encrypter {
  const encrypter = new Encrypter();
  for (const one of recipients) encrypter.addRecipient(/\s/.test(one) ? sshRecipient(one) : one);
  return encrypter;
}

/** age's, and the first line of SSH's, in whichever format. */
const PRIVATE = /^(AGE-|-----BEGIN .*PRIVATE KEY-----)/i;

function looksLikeRecipient(text: string): boolean {
  return /^(age1[^/.]*$|AGE-|(ssh|ecdsa|sk)-\S+ )/i.test(text);
}

/** @param name how the message names it: a secret must not be shown */
function checked(text: string, name: string): string {
  const plugin = /^age1([a-z0-9]+)1/.exec(text)?.[1];
  try {
    encrypterFor([text]);
    return text;
  } catch (error) {
    if (PRIVATE.test(text)) {
      const half = /^AGE-/i.test(text) ? 'age1… (age-keygen -y prints it)' : 'the .pub file beside it';
      throw new UsageError(
        `${name} is a private key, which must stay with its owner: give its public half, ${half}.`,
      );
    }
    if (error instanceof RangeError) throw new UsageError(`${name} ${error.message}.`);
    if (plugin !== undefined)
      throw new UsageError(
        `${name} belongs to the plugin age-plugin-${plugin}, which can't be used here: give an age1… or ssh-… key without one.`,
      );
    const kinds = ['age1…', ...SSH_KINDS].join(', ');
    throw new UsageError(`${name} is no recipient of age (${kinds}): it was cut short or mistyped.`);
  }
}

/** With a space before it; nothing of a private key. */
function shown(text: string): string {
  if (PRIVATE.test(text)) return '';
  return ` ${escapeForTerminal(text.length > 40 ? `${text.slice(0, 40)}…` : text)}`;
}

async function recipientsOfFile(path: string): Promise<string[]> {
  const name = escapeForTerminal(path);
  const lines = (await textOf(path, name)).split(/\r?\n/);
  const recipients = lines.flatMap((line, index) => {
    const text = line.trim();
    return text === '' || text.startsWith('#') ? [] : [checked(text, `${name}, line ${index + 1},`)];
  });
  if (recipients.length === 0) throw new UsageError(`${name} names no recipient: one is needed on a line.`);
  return recipients;
}

async function textOf(path: string, name: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    const why =
      errorCode(error) === 'ENOENT' ? 'no recipient (age1… or ssh-…), and no file' : errorCode(error);
    throw new UsageError(`--recipient ${name}: ${why}.`);
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(FILE_LIMIT + 1), 0, FILE_LIMIT + 1, null);
    if (bytesRead > FILE_LIMIT) throw new UsageError(`${name} is no list of recipients: it is over 1 MiB.`);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`--recipient ${name}: ${errorCode(error)}.`);
  } finally {
    await file.close();
  }
}

/** age's own rule: a file that one classic key opens is not safe from a quantum computer, whoever else can open it. */
function refuseMixture(recipients: readonly string[]): void {
  const quantumSafe = recipients.filter((one) => /^age1(pq|tagpq)1/.test(one));
  if (quantumSafe.length === 0 || quantumSafe.length === recipients.length) return;
  throw new UsageError(
    'Post-quantum recipients (age1pq1…) are not safe beside others, as each alone opens the file: give recipients of one kind.',
  );
}

/** Encrypts with a passphrase (scrypt, work factor 2^18: some seconds and 256 MiB, on purpose). */
export function encrypterWith(passphrase: Secret): Encrypter {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase.reveal());
  return encrypter;
}
