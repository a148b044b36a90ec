import { homedir } from 'node:os';
import { join } from 'node:path';

/** What this program keeps for its next start lies here, in the user's cache; it may be deleted at any time. */
export function userCache(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cognito-bulk-reset');
}
