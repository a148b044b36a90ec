import { RESET_USER, type ResetUserData } from '../../jobs/reset-user.js';

/** BullMQ refuses an id that is a whole number, so a row's job is named `row-17`. */
const JOB_ID = /^row-(\d+)$/;

export function jobIdOf(row: number): string {
  return `row-${row}`;
}

export function rowOf(jobId: string): number | undefined {
  const digits = JOB_ID.exec(jobId)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A row that is in the queue and has no line yet. */
export interface PendingRow {
  row: number;
  line: number;
  username: string;
  /** What to put into the queue again, should the queue lose it. */
  data: ResetUserData;
  /** `Date.now()` when its job was added; 0 when an earlier process may have added it. */
  addedAt: number;
  /** Whether its outcome was heard: events of other workers tell of each outcome a second time. */
  heard: boolean;
}

/** The rows between the queue and the report, oldest first; at most one window of them. */
export interface PendingRows {
  add(row: PendingRow): void;
  get(row: number): PendingRow | undefined;
  /** Forgets all rows up to this one, which have their lines; answers the oldest that is left. */
  forgetUpTo(row: number): PendingRow | undefined;
  readonly size: number;
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
    get size() {
      return rows.size;
    },
  };
}

/** The job of a row, as BullMQ's `addBulk` takes it. */
export function jobOf(pending: PendingRow, options: object) {
  return { name: RESET_USER, data: pending.data, opts: { ...options, jobId: jobIdOf(pending.row) } };
}
