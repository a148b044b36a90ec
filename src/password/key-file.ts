import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../usage-error.js';
import { RUN_KEY_BYTES, RunKey } from './run-key.js';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * Makes a run's key and its file (0600), which is on disk when this returns.
 *
 * @throws UsageError if there is something of that name, a dangling link included
 */
export function createRunKey(path: string): RunKey {
  const fd = openNew(path);
  const bytes = randomBytes(RUN_KEY_BYTES);
  try {
    writeSync(fd, bytes);
    fsyncSync(fd);
    syncDirectory(dirname(path));
    return new RunKey(bytes);
  } catch (error) {
    // A torn key file would stop every later try.
    unlinkSync(path);
    throw error;
  } finally {
    bytes.fill(0);
    closeSync(fd);
  }
}

/**
 * Reads a run's key from a file, or from a descriptor that the caller opened (and closes).
 *
 * @throws UsageError if it isn't there, is a link, can be read by others, or isn't 32 bytes
 */
export function readRunKey(source: string | number): RunKey {
  if (typeof source === 'number') {
    return readFrom(source, `descriptor ${source}`, (stat) => stat.isFIFO() || stat.isSocket());
  }
  const fd = openExisting(source);
  try {
    return readFrom(fd, source, () => false);
  } finally {
    closeSync(fd);
  }
}

/** @param isHandedOver says of what isn't a file that it is a parent's pipe, whose mode means nothing */
function readFrom(fd: number, name: string, isHandedOver: (stat: Stats) => boolean): RunKey {
  const bytes = Buffer.alloc(RUN_KEY_BYTES + 1);
  try {
    const stat = fstatSync(fd);
    if (!isHandedOver(stat)) refuseWideOpen(stat, name);
    const length = readUpTo(fd, bytes);
    if (length !== RUN_KEY_BYTES) {
      const found = length > RUN_KEY_BYTES ? 'more' : String(length);
      throw new UsageError(
        `${name} is no key of a run: a key has ${RUN_KEY_BYTES} bytes, this has ${found}; copy run.key again`,
      );
    }
    return new RunKey(bytes.subarray(0, RUN_KEY_BYTES));
  } catch (error) {
    throw inWords(error, name);
  } finally {
    bytes.fill(0);
  }
}

function refuseWideOpen(stat: Stats, name: string): void {
  if (!stat.isFile()) throw new UsageError(`${name} is no file: give the path of the run.key file`);
  if ((stat.mode & 0o077) !== 0) {
    const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
    throw new UsageError(
      `${name} can be reached by other users (mode ${mode}): run chmod 600 on it, ` +
        'and if somebody may have read it, reset those passwords again',
    );
  }
}

/** A pipe gives what it has; only a read of 0 is its end. */
function readUpTo(fd: number, into: Buffer): number {
  let length = 0;
  while (length < into.length) {
    const read = readSync(fd, into, length, into.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return length;
}

function openNew(path: string): number {
  try {
    return openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    throw inWords(error, path);
  }
}

function openExisting(path: string): number {
  try {
    // Without O_NONBLOCK a named pipe in the key's place would hang the program.
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    throw inWords(error, path);
  }
}

/** The entry of a new file is on disk only when its directory is. */
function syncDirectory(path: string): void {
  const fd = openSync(path, O_RDONLY | O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const IN_WORDS: Readonly<Record<string, string>> = {
  EEXIST: 'is there already, and a key is never overwritten: resume that run, or choose another directory',
  ELOOP: "is a symbolic link, which a key's file must not be: give the file itself",
  ENOENT: "isn't there: without its key this run's passwords can't be made or opened",
  EACCES: "can't be opened by this user: run as the owner of the run, or hand over a copy of the key",
  EBADF: "isn't open: have the parent process open the key's file for this program",
};

function inWords(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const words = IN_WORDS[String(error.code)];
  return words === undefined ? error : new UsageError(`${name} ${words}`, { cause: error });
}
