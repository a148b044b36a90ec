import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RUN_KEY_BYTES } from './run-key.js';

/**
 * Overwrites a run's key, syncs that, and removes its name. On a flash disk, or a file system that writes elsewhere than it
 * read (copy on write, snapshots, backups), the old bytes may outlive it; nothing a program can do reaches them.
 *
 * @throws whatever the file system says; then the name is still there
 */
export async function shredKeyFile(path: string): Promise<void> {
  // A link is not followed: it would shred something else.
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    await file.write(randomBytes(RUN_KEY_BYTES), 0, RUN_KEY_BYTES, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await unlink(path);
  const directory = await open(dirname(path), constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
