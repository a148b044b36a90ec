import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spoolInput } from '../run/spool.js';

/** Works on a file, or on a copy of standard input (0600 in a directory of 0700) that is gone afterwards. */
export async function withInput<T>(file: string, work: (path: string) => Promise<T>): Promise<T> {
  if (file !== '-') return work(file);
  const directory = await mkdtemp(join(tmpdir(), 'cognito-bulk-reset-'));
  try {
    const copy = join(directory, 'input.csv');
    await spoolInput(process.stdin, copy);
    return await work(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
