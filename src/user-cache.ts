import { join } from 'node:path';
import { xdgDirectory } from './xdg-directory.js';

/** What this program keeps for its next start lies here, in the user's cache; it may be deleted at any time. */
export function userCache(): string {
  return join(xdgDirectory(process.env.XDG_CACHE_HOME, '.cache'), 'cognito-bulk-reset');
}
