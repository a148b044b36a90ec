import { open, readFile } from 'node:fs/promises';
import { readReport } from '../report/read-report.js';
import { parseSummary, type Summary } from '../report/summary.js';
import { addToTally, emptyTally, entryOfRecord, type Tally } from '../report/tally.js';
import { fateOfKey, type KeyFate } from './destroy-key.js';
import type { RunDirectory } from './directory.js';
import { readLiveFile } from './live-file.js';
import { type LockHolder, runningProcess } from './lock.js';
import { type RunRecord, readRunRecord } from './record.js';
import type { Snapshot } from './snapshot.js';

/** How a run stands, from its directory alone: another process may be at it, or none. */
export type Standing = { record: RunRecord; key: KeyFate } & (
  | { kind: 'live'; holder: LockHolder; snapshot: Snapshot | undefined }
  | { kind: 'finished'; summary: Summary }
  /** Stopped, interrupted or killed: `resume` goes on. Its last process may have left nothing. */
  | { kind: 'unfinished'; tally: Tally; last: Snapshot | undefined }
);

/** @throws UsageError if it is no run's directory, or its report was edited. */
export async function standingOf(directory: RunDirectory): Promise<Standing> {
  const record = await readRunRecord(directory.record);
  const holder = await runningProcess(directory.lock);
  if (holder !== undefined) {
    const key = fateOfKey(directory, record, false);
    return { kind: 'live', record, key, holder, snapshot: await snapshotOf(directory, holder) };
  }
  const summary = await readFile(directory.summary, 'utf8').catch(() => undefined);
  if (summary !== undefined) {
    const key = fateOfKey(directory, record, true);
    return { kind: 'finished', record, key, summary: parseSummary(summary, directory.summary) };
  }
  const key = fateOfKey(directory, record, false);
  const last = await readLiveFile(directory.live);
  return { kind: 'unfinished', record, key, tally: await tallyOf(directory.report), last };
}

/** How the last process of an unfinished run ended, by what it left: one that was killed could not say so. */
export function endOf(last: Snapshot | undefined): 'interrupted' | 'stopped' | 'killed' | 'unfinished' {
  if (last === undefined) return 'unfinished';
  return last.state === 'running' || last.state === 'paused' ? 'killed' : last.state;
}

/** What the process that has the run last wrote of it; undefined as long as it only starts. */
export async function snapshotOf(
  { live }: RunDirectory,
  { pid, host, since }: LockHolder,
): Promise<Snapshot | undefined> {
  const last = await readLiveFile(live);
  // One that was killed before it leaves its own; in a container that is started again both are process 1.
  return last?.pid === pid && last.host === host && last.startedAt >= since ? last : undefined;
}

async function tallyOf(report: string): Promise<Tally> {
  const tally = emptyTally();
  const file = await open(report, 'r').catch(() => undefined);
  if (file === undefined) return tally;
  try {
    for await (const { records } of readReport(file, report)) {
      for (const record of records) addToTally(tally, entryOfRecord(record));
    }
  } finally {
    await file.close();
  }
  return tally;
}
