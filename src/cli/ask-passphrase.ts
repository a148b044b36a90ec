import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Secret } from '../password/secret.js';
import { UsageError } from '../usage-error.js';

/** Characters; the file holds the passwords of a user base, and can be guessed at for ever. */
const LEAST = 12;

/**
 * Asks for a new passphrase on the terminal, twice and without echo. Never the command line or the environment: both are shown
 * to other processes.
 *
 * @throws UsageError without a terminal, or for a short one or two that differ
 */
export async function askPassphrase(): Promise<Secret> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UsageError('--passphrase needs a terminal to ask on: use --recipient here.');
  // readline reads the keys in raw mode and would write each to its output. It stays for both questions, and is there
  // before the first: the terminal itself shows what is typed outside of raw mode.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asker = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  try {
    const passphrase = await ask(asker, 'Passphrase: ');
    if ([...passphrase.reveal()].length < LEAST)
      throw new UsageError(
        `A passphrase of under ${LEAST} characters can be guessed: take four or five random words.`,
      );
    const again = await ask(asker, 'The same again: ');
    if (again.reveal() === passphrase.reveal()) return passphrase;
    throw new UsageError('The two passphrases differ; nothing was written.');
  } finally {
    asker.close();
  }
}

async function ask(asker: Interface, question: string): Promise<Secret> {
  const ended = new AbortController();
  const end = () => ended.abort();
  // Ctrl-C, and Ctrl-D on an empty line.
  asker.once('SIGINT', end).once('close', end);
  process.stderr.write(question);
  try {
    return new Secret(await asker.question('', { signal: ended.signal }));
  } catch {
    throw new UsageError('Interrupted; nothing was written.');
  } finally {
    asker.off('SIGINT', end).off('close', end);
    process.stderr.write('\n');
  }
}
