import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { shredKeyFile } from '../password/shred-key.js';
import type { RunDirectory } from './directory.js';
import { type RunRecord, writeRunRecord } from './record.js';

/** What becomes of the key in a run's directory. */
export type KeyFate = 'kept' | 'destroyed' | 'to be destroyed';

/** From the directory alone: a process may have died between having to destroy the key and having done it. */
export function fateOfKey(directory: RunDirectory, record: RunRecord, finished: boolean): KeyFate {
  const decided = record.keyShreddedAt !== undefined;
  if (!existsSync(directory.key)) return decided ? 'destroyed' : 'kept';
  return decided || (finished && endsWithItsRun(record)) ? 'to be destroyed' : 'kept';
}

/** Whether nobody is to need the key once the run has finished. */
function endsWithItsRun({ mode, recipients }: RunRecord): boolean {
  return mode === 'discard' || recipients !== undefined;
}

/** Destroys the key of a finished run that is to keep none. False if it is elsewhere than in the run directory. */
export async function destroyKeyAtEnd(directory: RunDirectory, record: RunRecord): Promise<boolean> {
  if (!endsWithItsRun(record)) return true;
  if (record.mode !== 'discard') return destroyKey(directory, record);
  // No password came of it, and a key beside the report would look as if one could.
  await rm(directory.key, { force: true });
  return true;
}

/**
 * Destroys the key in the run directory. False if there is none. run.json says so first: with the key there still, it tells
 * whoever looks that a process died at this.
 */
export async function destroyKey(directory: RunDirectory, record: RunRecord): Promise<boolean> {
  if (!existsSync(directory.key)) return false;
  if (record.keyShreddedAt === undefined)
    await writeRunRecord(directory.record, { ...record, keyShreddedAt: new Date().toISOString() });
  await shredKeyFile(directory.key);
  return true;
}
