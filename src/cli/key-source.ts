import { readRunKey } from '../password/key-file.js';
import type { RunKey } from '../password/run-key.js';

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
