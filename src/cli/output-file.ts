import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../report/atomic-file.js';
import { errorCode } from '../report/report-write-error.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { UsageError } from '../usage-error.js';

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Pieces = AsyncIterable<string | Uint8Array>;

/**
 * Looks whether secrets can be written to `path` (`-` is standard output), before any is made.
 * @throws UsageError for a file that is there already, what is no file, or a terminal
 */
export async function checkOutput(
  path: string,
  { force, isText }: { force: boolean; isText: boolean },
): Promise<void> {
  if (path === '-') {
    if (!process.stdout.isTTY) return;
    throw new UsageError(
      isText
        ? 'Passwords are not shown on a terminal: name a file with -o, or pipe them to a program.'
        : 'An encrypted file is not for a terminal: name a file with -o, or pipe it to a program.',
    );
  }
  const name = escapeForTerminal(path);
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isFile())
    throw new UsageError(`${name} is no regular file: name another, or - for standard output.`);
  if (!force) throw new UsageError(`${name} exists already: name another, or add --force to replace it.`);
}

/** Writes an encrypted file (0600), as a whole or not at all. */
export async function writeOutput(path: string, pieces: Pieces): Promise<void> {
  if (path === '-') return toStandardOutput(pieces);
  await replaceFile(path, (file) => file.writeFile(pieces)).catch((error: unknown) => {
    throw inWords(error, path);
  });
}

/**
 * Writes a file in the clear (0600). There is never a second copy beside it: what is left of one that could not be finished
 * is removed again, also when a signal ends the program.
 */
export async function writeNewOutput(path: string, pieces: Pieces, force: boolean): Promise<void> {
  if (path === '-') return toStandardOutput(pieces);
  if (force) await rm(path, { force: true });
  const file = await open(path, NEW_FILE, 0o600).catch((error: unknown) => {
    throw inWords(error, path);
  });
  const ended = new AbortController();
  const end = () => ended.abort();
  for (const signal of ENDS) process.on(signal, end);
  try {
    await file.writeFile(pieces, { signal: ended.signal });
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw ended.signal.aborted
      ? new UsageError('Interrupted; nothing was left behind.')
      : inWords(error, path);
  } finally {
    for (const signal of ENDS) process.off(signal, end);
    await file.close();
  }
}

async function toStandardOutput(pieces: Pieces): Promise<void> {
  await pipeline(Readable.from(pieces), process.stdout, { end: false }).catch((error: unknown) => {
    throw inWords(error, 'standard output');
  });
}

function inWords(error: unknown, path: string): unknown {
  const code = errorCode(error);
  return code === undefined || error instanceof UsageError
    ? error
    : new UsageError(`${escapeForTerminal(path)} could not be written (${code}).`, { cause: error });
}
