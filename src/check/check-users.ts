import type { ListUsers } from '../cognito/list-users.js';
import type { Pool } from '../cognito/pool.js';
import { type Manifest, type ManifestRow, readManifest } from '../manifest/manifest.js';
import { type FindProgress, findUsers, type WantedRows } from './find-users.js';
import type { Protection } from '../protect/protection.js';
import { createNameIndex } from './name-index.js';
import { createRowUsers } from './row-users.js';
import type { Finding } from './findings.js';
import { findingsOfUser, type Included } from './user-findings.js';
import { namesOf } from './user-names.js';

export interface CheckUsersOptions {
  manifest: Manifest;
  pool: Pool;
  listUsers: ListUsers;
  included: Included;
  protection: Protection;
  onProgress: (progress: FindProgress) => void;
}

/**
 * Asks the pool whom each good row of a file names, and answers what that tells of a row. It reads the file once, and lists
 * the pool, or looks up the rows if they are few.
 *
 * @throws ListUsersError
 */
export async function checkUsers({
  manifest,
  pool,
  listUsers,
  included,
  protection,
  onProgress,
}: CheckUsersOptions): Promise<(row: ManifestRow) => Finding[]> {
  const { caseSensitive } = pool;
  const wanted: WantedRows = {
    count: 0,
    index: createNameIndex(caseSensitive),
    read: async function* () {
      for await (const batch of readManifest(manifest, { caseSensitive })) {
        yield batch.filter(({ kind }) => kind === 'user');
      }
    },
  };
  let lastRow = 0;
  for await (const batch of wanted.read()) {
    for (const { row, username } of batch) {
      wanted.index.add(username, row);
      wanted.count += 1;
      lastRow = row;
    }
  }
  const users = createRowUsers(lastRow);
  for await (const found of findUsers({ pool, listUsers, wanted, onProgress })) {
    for (const { user, matches } of found) {
      users.found(
        user,
        matches,
        // Each of them is asked for, as the list may have several.
        namesOf(user, pool).filter(([name]) => protection.has(name)).length > 0,
      );
    }
  }
  return (row) =>
    row.kind === 'user' ? findingsOfUser(users.of(row.row), included, pool.usernameAttributes) : [];
}
