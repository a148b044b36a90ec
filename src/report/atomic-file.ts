import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, ReportWriteError } from './report-write-error.js';

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const OWNER_ONLY = 0o600;

/**
 * Writes `path` as a whole or not at all: into a new file beside it (0600), synced, then renamed over it.
 * A crash leaves the old file, or the new one, and at worst a `.tmp` beside it. A link at `path` is replaced,
 * not followed.
 * @throws ReportWriteError for an error of the file system; whatever else `write` throws, as it is.
 */
export async function replaceFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const result = await writeAndSync(temporary, write);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return result;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw errorCode(error) === undefined || error instanceof ReportWriteError
      ? error
      : new ReportWriteError(path, error);
  }
}

async function writeAndSync<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, NEW_FILE, OWNER_ONLY);
  try {
    const result = await write(file);
    await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

/** Syncs a directory: only then is a new name in it on the disk. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
