import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputPlace } from '../manifest/manifest.js';
import { RUN_KEY_BYTES, RunKey } from '../password/run-key.js';
import { spoolInput } from '../run/spool.js';

/**
 * Works on a file, or on a copy of standard input (0600 in a directory of 0700) that is gone afterwards. The copy is
 * sealed by a key that nobody else has: what a crash leaves of it can't be read.
 */
export async function withInput<T>(
  file: string,
  signal: AbortSignal,
  work: (input: InputPlace) => Promise<T>,
): Promise<T> {
  if (file !== '-') return work({ path: file });
  const directory = await mkdtemp(join(tmpdir(), 'cognito-bulk-reset-'));
  try {
    const copy = { path: join(directory, 'input.sealed'), sealedBy: new RunKey(randomBytes(RUN_KEY_BYTES)) };
    await spoolInput(process.stdin, copy, signal);
    return await work(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
