import { fileURLToPath } from 'node:url';
import { openManifest, readManifest, type UserRow } from '../../src/manifest/manifest.js';

/** The file that the demo resets. */
export const USERS_CSV = fileURLToPath(new URL('../users.csv', import.meta.url));

/** The rows of samples/users.csv whose users the demo's pool has: all but `nobody-…`, who give UserNotFoundException. */
export async function poolUsers(): Promise<UserRow[]> {
  const users: UserRow[] = [];
  const manifest = await openManifest(USERS_CSV, { header: true });
  for await (const rows of readManifest(manifest, { caseSensitive: true })) {
    for (const row of rows) {
      if (row.kind === 'user' && !row.username.startsWith('nobody-')) users.push(row);
    }
  }
  return users;
}
