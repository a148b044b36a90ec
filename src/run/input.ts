import { fingerprint, type Manifest, onlyRows, openManifest } from '../manifest/manifest.js';
import type { RunKey } from '../password/run-key.js';
import { SealedCopyError } from '../password/sealed-copy.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { UsageError } from '../usage-error.js';
import { withCommas } from '../with-commas.js';
import type { RunDirectory } from './directory.js';
import type { RunRecord } from './record.js';
import { readRows } from './rows-file.js';

type RunInput = RunRecord['input'];

/**
 * Opens the file that a run began with: otherwise row 17 may be another user now.
 * @throws UsageError that says what differs, if it is missing or another one
 */
export async function openInput(
  { input, retryOf }: RunRecord,
  directory: RunDirectory,
  key: RunKey | undefined,
): Promise<Manifest> {
  const sealedBy = input.sealed === true ? key : undefined;
  const now = await fingerprint({ path: input.path, sealedBy }).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof SealedCopyError) throw changed(input, directory, error.message);
    // What else can be wrong with a file, opening it says in words.
    if (error.code === 'ENOENT') throw changed(input, directory, 'it is not there any more');
    return undefined;
  });
  if (now !== undefined && now.bytes !== input.bytes) {
    throw changed(input, directory, `it has ${bytes(now.bytes)}, not ${bytes(input.bytes)}`);
  }
  if (now !== undefined && input.sha256 !== undefined && now.sha256 !== input.sha256) {
    const difference = `it has the same size and the SHA-256 ${now.sha256}, not ${input.sha256}`;
    throw changed(input, directory, difference);
  }
  const manifest = await openManifest(input.path, {
    sealedBy,
    header: input.header,
    column: input.column,
    passwordColumn: input.passwordColumn,
    delimiter: input.delimiter,
  });
  if (retryOf === undefined) return manifest;
  const { selection, sentBefore } = await readRows(directory.rows, retryOf.sha256);
  return onlyRows(manifest, selection, sentBefore);
}

function changed(input: RunInput, directory: RunDirectory, difference: string): UsageError {
  const path = escapeForTerminal(input.path);
  return new UsageError(
    input.path === directory.input || input.path === directory.sealedInput
      ? `${path}, the run's own copy of standard input, is not as the run wrote it: ${difference}. Put it back from a backup.`
      : `${path} is not the file that the run began with: ${difference}. Put it back as it was.`,
  );
}

function bytes(count: number): string {
  return `${withCommas(count)} bytes`;
}
