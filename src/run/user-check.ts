import { checkUsers } from '../check/check-users.js';
import { excludeRows } from '../check/exclude-rows.js';
import type { FindProgress } from '../check/find-users.js';
import type { Finding } from '../check/findings.js';
import { readFindings, writeFindings } from '../check/findings-file.js';
import type { Included } from '../check/user-findings.js';
import type { ListUsers } from '../cognito/list-users.js';
import type { Pool } from '../cognito/pool.js';
import { type Manifest, type ManifestRow, readManifest } from '../manifest/manifest.js';
import { createProtection, protectRows } from '../protect/protection.js';
import { errorCode } from '../report/report-write-error.js';
import { sha256OfFile } from '../sha256-of.js';
import type { RunDirectory } from './directory.js';
import { type KeptProtection, recallProtected } from './protected-users.js';
import { type RunRecord, writeRunRecord } from './record.js';

/** What run.json keeps of a check: whether check.csv is the one, and whom it was to spare. */
export type KeptCheck = NonNullable<RunRecord['check']>;

/** Writes check.csv, from which a run and its resumes skip rows. */
export async function keepCheck(
  directory: RunDirectory,
  checked: {
    manifest: Manifest;
    pool: Pick<Pool, 'caseSensitive'>;
    findingsOfUser: (row: ManifestRow) => Finding[];
    included: Included;
  },
): Promise<KeptCheck> {
  const { manifest, pool, findingsOfUser, included } = checked;
  const rows = readManifest(manifest, { caseSensitive: pool.caseSensitive });
  await writeFindings(directory.check, rows, findingsOfUser);
  return { at: new Date().toISOString(), sha256: await sha256OfFile(directory.check), included };
}

/** Whether check.csv is as the check left it: without it a resume would reset users that were to be spared. */
export async function isCheckWhole(directory: RunDirectory, check: KeptCheck): Promise<boolean> {
  const found = await sha256OfFile(directory.check).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  return found === check.sha256;
}

/** Asks the pool once more, with the same users to spare, and writes check.csv and run.json anew. */
export async function checkAgain(
  record: RunRecord,
  check: KeptCheck,
  again: {
    directory: RunDirectory;
    manifest: Manifest;
    pool: Pool;
    listUsers: ListUsers;
    onProgress: (progress: FindProgress) => void;
  },
): Promise<RunRecord> {
  const { directory, manifest, pool } = again;
  const { included } = check;
  const names = await recallProtected(directory, record.protected);
  const protection = createProtection(names, pool.caseSensitive);
  const findingsOfUser = await checkUsers({ ...again, included, protection });
  const renewed = {
    ...record,
    check: await keepCheck(directory, { manifest, pool, findingsOfUser, included }),
  };
  await writeRunRecord(directory.record, renewed);
  return renewed;
}

/** The rows that a run's check says to skip, of those after one. */
export async function rowsSkippedByCheck(
  { check }: RunRecord,
  directory: RunDirectory,
  { after, upTo }: { after: number; upTo: number },
): Promise<Set<number>> {
  const skipped = new Set<number>();
  if (check === undefined) return skipped;
  for await (const { row, effect } of readFindings(directory.check)) {
    if (row > upTo) break;
    if (row > after && effect === 'skipped') skipped.add(row);
  }
  return skipped;
}

/** The rows of a run, those refused that its check says to skip and those of protected users, unless they are `underWay`. */
export function rowsToRun(
  { check, pool, protected: kept }: RunRecord,
  manifest: Manifest,
  directory: RunDirectory,
  underWay?: ReadonlySet<number>,
): AsyncIterable<readonly ManifestRow[]> {
  const rows = readManifest(manifest, { caseSensitive: pool.caseSensitive });
  const checked = check === undefined ? rows : excludeRows(rows, readFindings(directory.check), underWay);
  return kept === undefined ? checked : withoutProtected(checked, { pool, kept, directory, underWay });
}

async function* withoutProtected(
  rows: AsyncIterable<readonly ManifestRow[]>,
  {
    pool,
    kept,
    directory,
    underWay,
  }: {
    pool: RunRecord['pool'];
    kept: KeptProtection;
    directory: RunDirectory;
    underWay: ReadonlySet<number> | undefined;
  },
): AsyncGenerator<readonly ManifestRow[]> {
  const names = await recallProtected(directory, kept);
  yield* protectRows(rows, createProtection(names, pool.caseSensitive), underWay);
}
