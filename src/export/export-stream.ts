import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { ListUsers } from '../cognito/list-users.js';
import { errorCode } from '../report/report-write-error.js';
import { countByStatus, exportPages } from './export-pages.js';
import type { Exported } from './export-state.js';
import { EXPORT_HEADER, userRecords } from './user-records.js';

/**
 * Exports into a stream, which nobody can go on with. A reader that has had enough (`head`) ends it without an error.
 *
 * @returns how many users by status
 * @throws ListUsersError, or the signal's reason
 */
export async function exportToStream(
  output: Writable,
  {
    what,
    listUsers,
    onProgress,
  }: { what: Exported; listUsers: ListUsers; onProgress: (listed: number) => void },
): Promise<Record<string, number>> {
  const byStatus: Record<string, number> = {};
  let listed = 0;
  async function* records(): AsyncGenerator<string> {
    yield EXPORT_HEADER;
    for await (const page of exportPages(listUsers, what)) {
      countByStatus(byStatus, page);
      listed += page.listed;
      onProgress(listed);
      if (page.users.length > 0) yield userRecords(page.users);
    }
  }
  await pipeline(Readable.from(records()), output, { end: false }).catch((error: unknown) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
  return byStatus;
}
