import { constants, existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { ListUsersError, type ListUsers } from '../cognito/list-users.js';
import { ReportWriteError } from '../report/report-write-error.js';
import { lockRun } from '../run/lock.js';
import { UsageError } from '../usage-error.js';
import { countByStatus, exportPages } from './export-pages.js';
import {
  type Exported,
  type ExportState,
  isOfSame,
  readExportState,
  writeExportState,
} from './export-state.js';
import { EXPORT_HEADER, userRecords } from './user-records.js';

/** How often what was listed is synced and noted, in ms: what a kill costs. */
const SYNC_EVERY = 1_000;
const PART = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
const OWNER_ONLY = 0o600;
const GO_ON = 'run the same command again: it goes on';

export interface ExportFileOptions {
  what: Exported;
  listUsers: ListUsers;
  /** Whether a file that is there already is replaced, once the export is whole. */
  force: boolean;
  onProgress: (listed: number) => void;
  /** Hears how it begins: anew, or after so many users of an earlier try; or again, because the service has lost the place. */
  onBegin: (begin: { kind: 'resumed'; users: number } | { kind: 'again' }) => void;
}

/**
 * Exports into a file (0600) that is there only when it is whole: until then it is `<path>.part`, and beside it is how far it
 * has come, so that the same export goes on after a kill.
 *
 * @returns how many users by status
 * @throws UsageError, ListUsersError, ReportWriteError, or the signal's reason; all but the first can be gone on with
 */
export async function exportToFile(
  path: string,
  options: ExportFileOptions,
): Promise<Record<string, number>> {
  const { what } = options;
  if (!options.force && existsSync(path)) {
    throw new UsageError(`${path} exists already: name a new file, or add --force.`);
  }
  const [part, statePath] = [`${path}.part`, `${path}.part.json`];
  const lockPath = `${path}.part.lock`;
  const ifDead = `remove ${lockPath}`;
  const lock = await lockRun(lockPath, { takeOver: false, what: 'The export', ifDead });
  try {
    const state = await readExportState(statePath);
    if (state !== undefined && !isOfSame(state, what)) {
      throw new UsageError(
        `${part} is the beginning of another export (${state.poolId}): remove it and ${statePath}, or name another file.`,
      );
    }
    const file = await open(part, PART, OWNER_ONLY).catch((error: unknown) => {
      throw new ReportWriteError(part, error, GO_ON);
    });
    try {
      const byStatus = await fill(file, { ...options, part, statePath, state });
      await rename(part, path);
      await rm(statePath, { force: true });
      return byStatus;
    } finally {
      const { size } = await file.stat();
      await file.close();
      // Refused at once: there is nothing to go on with.
      if (size === 0) await rm(part, { force: true });
    }
  } finally {
    await lock.release();
  }
}

interface Filling extends ExportFileOptions {
  part: string;
  statePath: string;
  state: ExportState | undefined;
}

/** Goes on where the state says, or begins. */
async function fill(file: FileHandle, filling: Filling): Promise<Record<string, number>> {
  const { state, onBegin } = filling;
  const { size } = await file.stat();
  if (state === undefined || size < state.bytes) return append(file, filling, undefined);
  onBegin({ kind: 'resumed', users: sum(state.byStatus) });
  try {
    return await append(file, filling, state);
  } catch (error) {
    // How long a pagination token lives is not documented. The service refuses one that is too old as malformed.
    if (!(error instanceof ListUsersError && error.error === 'InvalidParameterException')) throw error;
    onBegin({ kind: 'again' });
    return append(file, filling, undefined);
  }
}

async function append(
  file: FileHandle,
  { what, listUsers, part, statePath, onProgress }: Filling,
  state: ExportState | undefined,
): Promise<Record<string, number>> {
  const byStatus = { ...state?.byStatus };
  let bytes = state?.bytes ?? 0;
  let pending = state === undefined ? EXPORT_HEADER : '';
  let syncedAt = performance.now();
  let listed = sum(byStatus);

  const sync = async (next: string | undefined) => {
    try {
      await file.appendFile(pending);
      await file.datasync();
    } catch (error) {
      throw new ReportWriteError(part, error, GO_ON);
    }
    bytes += Buffer.byteLength(pending);
    pending = '';
    if (next !== undefined) {
      await writeExportState(statePath, {
        ...{ version: 1, poolId: what.poolId, filter: what.filter, statuses: [...what.statuses] },
        ...{ next, bytes, byStatus },
      });
    }
    syncedAt = performance.now();
  };

  await file.truncate(bytes);
  let next: string | undefined;
  try {
    for await (const page of exportPages(listUsers, what, state?.next)) {
      pending += userRecords(page.users);
      countByStatus(byStatus, page);
      listed += page.listed;
      onProgress(listed);
      next = page.next;
      if (performance.now() - syncedAt >= SYNC_EVERY) await sync(next);
    }
  } catch (error) {
    // What was listed is kept; if it can't be written, it is listed again. After a write that failed nothing may follow: a
    // part of it can be in the file, which the state that was written before tells where to cut.
    if (next !== undefined && !(error instanceof ReportWriteError)) await sync(next).catch(() => undefined);
    throw error;
  }
  await sync(undefined);
  return byStatus;
}

function sum(byStatus: Readonly<Record<string, number>>): number {
  return Object.values(byStatus).reduce((total, users) => total + users, 0);
}
