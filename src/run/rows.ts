import { jobIdOf } from '../../jobs/job-id.js';
import { signJob, type UnsignedData } from '../../jobs/job-data.js';
import { RESET_USER } from '../../jobs/reset-user.js';
import type { RunKey } from '../password/run-key.js';

/** A row that is in the queue and has no line yet. */
export interface PendingRow {
  row: number;
  line: number;
  username: string;
  /** What to put into the queue again, should the queue lose it. */
  data: UnsignedData;
  /** `Date.now()` when its job was added; 0 when an earlier process may have added it. */
  addedAt: number;
  /** Whether the queue has taken its job: before, it can't have lost it. */
  added: boolean;
  /** Whether its outcome was heard: events of other workers tell of each outcome a second time. */
  heard: boolean;
  /** How often its job had to be put into the queue again, because it was forged or broke. */
  mended: number;
}

/** The rows between the queue and the report, oldest first; at most one window of them. */
export interface PendingRows {
  add(row: PendingRow): void;
  get(row: number): PendingRow | undefined;
  /** Forgets all rows up to this one, which have their lines; answers the oldest that is left. */
  forgetUpTo(row: number): PendingRow | undefined;
}

export function createPendingRows(): PendingRows {
  // A Map keeps the order of insertion, which is the order of the rows.
  const rows = new Map<number, PendingRow>();
  return {
    add: (pending) => {
      rows.set(pending.row, pending);
    },
    get: (row) => rows.get(row),
    forgetUpTo: (last) => {
      for (const [row, pending] of rows) {
        if (row > last) return pending;
        rows.delete(row);
      }
      return undefined;
    },
  };
}

/** The job of a row, as BullMQ's `addBulk` takes it. */
export function jobOf(key: RunKey, { row, data }: Pick<PendingRow, 'row' | 'data'>, options: object) {
  return { name: RESET_USER, data: signJob(key, data), opts: { ...options, jobId: jobIdOf(row) } };
}
