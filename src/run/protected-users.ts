import { readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../report/atomic-file.js';
import { sha256OfText } from '../sha256-of.js';
import { UsageError } from '../usage-error.js';
import type { RunDirectory } from './directory.js';

/** What run.json says of protected.json, so that it can't be shortened unseen. */
export const keptProtectionSchema = z.object({ users: z.int().positive(), sha256: z.string() });
export type KeptProtection = z.infer<typeof keptProtectionSchema>;

/**
 * Keeps the names of a run's protected users in its directory (0600), so that it is resumed with at least these, whatever has become
 * of the lists they came from. Undefined for none.
 */
export async function keepProtected(
  { protectedUsers: path }: RunDirectory,
  names: readonly string[],
): Promise<KeptProtection | undefined> {
  return names.length === 0 ? undefined : write(path, names);
}

/**
 * Keeps the names of a run that protects more users from now on. `record` has run.json say so: a crash before that leaves the run
 * with the old names, one after it with the new.
 */
export async function keepMoreProtected(
  { protectedUsers: path }: RunDirectory,
  names: readonly string[],
  record: (kept: KeptProtection) => Promise<void>,
): Promise<void> {
  await record(await write(nextTo(path), names));
  await rename(nextTo(path), path);
}

async function write(path: string, names: readonly string[]): Promise<KeptProtection> {
  const text = `${JSON.stringify(names, null, 2)}\n`;
  await replaceFile(path, (file) => file.writeFile(text));
  return { users: names.length, sha256: sha256OfText(text) };
}

/** @throws UsageError if the names aren't those that the run began with: somebody would be reset who must not be */
export async function recallProtected(
  { protectedUsers: path }: RunDirectory,
  kept: KeptProtection | undefined,
): Promise<string[]> {
  if (kept === undefined) return [];
  for (const place of [path, nextTo(path)]) {
    const text = await readFile(place, 'utf8').catch(() => '');
    if (sha256OfText(text) === kept.sha256) return z.array(z.string()).parse(JSON.parse(text));
  }
  throw new UsageError(
    `${path} is gone or was changed, and it says which ${kept.users} users this run must not reset: put it back as it was.`,
  );
}

const nextTo = (path: string) => `${path}.next`;
