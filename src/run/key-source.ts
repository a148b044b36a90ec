import { readRunKey } from '../password/key-file.js';
import { keyFingerprint, type RunKey } from '../password/run-key.js';
import type { RunDirectory } from './directory.js';
import type { RunRecord } from './record.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { UsageError } from '../usage-error.js';

/**
 * The run's key from COGNITO_BULK_RESET_KEY_FILE: a path, or `fd:3` for a descriptor that the caller opened. Never
 * the key itself: an environment is shown to every child and in /proc.
 */
export function keyFromElsewhere(env: NodeJS.ProcessEnv = process.env): RunKey | undefined {
  const source = env.COGNITO_BULK_RESET_KEY_FILE;
  if (source === undefined) return undefined;
  const descriptor = /^fd:(\d+)$/.exec(source)?.[1];
  return readRunKey(descriptor === undefined ? source : Number(descriptor));
}

/** The key that this run began with, from elsewhere or its directory. @throws UsageError for none or another. */
export function keyOfRun(record: RunRecord, directory: RunDirectory): RunKey {
  const key = keyFromElsewhere() ?? readRunKey(directory.key);
  if (keyFingerprint(key) === record.keyFingerprint) return key;
  throw new UsageError(
    'The key is not the one of this run: other passwords would come of it. Give the run’s own key.',
  );
}

/** One that was to be destroyed, and is there still, is nobody's any more either. @throws UsageError with where its passwords are */
export function refuseDestroyedKey(
  { keyShreddedAt, mode, recipients }: RunRecord,
  directory: RunDirectory,
): void {
  if (keyShreddedAt === undefined) return;
  const lost = mode === 'generate' ? 'make its passwords' : 'open its copy of the passwords';
  const where =
    recipients === undefined
      ? ''
      : ` They are in ${escapeForTerminal(directory.credentials)}, for its recipients.`;
  throw new UsageError(
    `The key of this run was destroyed at ${keyShreddedAt}: nobody can ${lost} again.${where}`,
  );
}
