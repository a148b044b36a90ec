import { stringify } from 'csv-stringify/sync';
import type { ListedUser } from '../cognito/list-users.js';

const COLUMNS = ['username', 'sub', 'email', 'status', 'enabled', 'created'] as const;

export const EXPORT_HEADER = `${COLUMNS.join(',')}\n`;

/**
 * Users as records of a manifest. The values are exact: nothing keeps a spreadsheet from running a formula in them, because
 * the file is input, and an apostrophe added to a username would reset another user's password.
 */
export function userRecords(users: readonly ListedUser[]): string {
  return stringify(
    users.map(({ username, status, enabled, createdAt, attributes }) => [
      username,
      attributes.get('sub') ?? '',
      attributes.get('email') ?? '',
      status,
      String(enabled),
      createdAt?.toISOString() ?? '',
    ]),
  );
}
