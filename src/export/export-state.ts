import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { USER_STATUSES, type UserStatus } from '../cognito/user-status.js';
import { replaceFile } from '../report/atomic-file.js';

/** What is exported: a listing that goes on must be of the same. */
export interface Exported {
  poolId: string;
  /** ListUsers' own filter. */
  filter?: string | undefined;
  /** Only users in one of these; all of them if there are none. */
  statuses: readonly UserStatus[];
}

const stateSchema = z.object({
  version: z.literal(1),
  poolId: z.string(),
  filter: z.string().optional(),
  statuses: z.array(z.enum(USER_STATUSES)),
  /** Where ListUsers goes on; how long it knows is not documented. */
  next: z.string(),
  /** Of the file, all whole records of the pages up to there. */
  bytes: z.int().nonnegative(),
  byStatus: z.record(z.string(), z.int().nonnegative()),
});

/** How far an export has come, in a file (0600) beside its output. */
export type ExportState = z.infer<typeof stateSchema>;

export async function writeExportState(path: string, state: ExportState): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(`${JSON.stringify(state)}\n`));
}

/** Undefined when there is none, or none of this version: then nothing is known of what was exported. */
export async function readExportState(path: string): Promise<ExportState | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function isOfSame(state: ExportState, { poolId, filter, statuses }: Exported): boolean {
  return (
    state.poolId === poolId &&
    state.filter === filter &&
    [...state.statuses].sort().join() === [...statuses].sort().join()
  );
}
