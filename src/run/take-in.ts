import type { Readable } from 'node:stream';
import type { InputPlace } from '../manifest/manifest.js';
import { createRunKey } from '../password/key-file.js';
import type { RunKey } from '../password/run-key.js';
import type { RunDirectory } from './directory.js';
import { spoolInput } from './spool.js';

/**
 * Copies a manifest that can be read only once into the run's directory. One with passwords is sealed by the run's key, which
 * is made for it if there is none yet.
 */
export async function takeIn(
  source: Readable,
  directory: RunDirectory,
  { holdsPasswords, key, signal }: { holdsPasswords: boolean; key: RunKey | undefined; signal?: AbortSignal },
): Promise<{ input: InputPlace; key: RunKey | undefined }> {
  const sealedBy = holdsPasswords ? (key ?? createRunKey(directory.key)) : undefined;
  const input =
    sealedBy === undefined ? { path: directory.input } : { path: directory.sealedInput, sealedBy };
  await spoolInput(source, input, signal);
  return { input, key: sealedBy ?? key };
}
