import type { Logger } from 'pino';
import { ManifestChangedError } from '../manifest/manifest.js';
import type { RunKey } from '../password/run-key.js';
import { createProtection } from '../protect/protection.js';
import type { QueueBackend } from '../queue/backend.js';
import type { OpenReport } from '../report/report-file.js';
import { asWriteError } from '../report/report-write-error.js';
import { type Attended, attend } from './attend.js';
import { planOf } from './begin.js';
import type { RunDirectory } from './directory.js';
import { type Ending, type Stopped, stopFor, type Unfinished } from './ending.js';
import { type Execution, executeRun } from './execute.js';
import type { Gate } from './feed.js';
import { type Finished, finishRun } from './finish.js';
import type { LiveRun } from './live-run.js';
import type { RunLock } from './lock.js';
import { neighbourOf, neighboursText, watchNeighbours } from './neighbours.js';
import { recallProtected } from './protected-users.js';
import type { RunRecord } from './record.js';
import { QUOTA } from './request.js';
import type { LastState, Snapshot } from './snapshot.js';
import { rowsSkippedByCheck, rowsToRun } from './user-check.js';
import { WINDOW } from './window.js';

/** A run of which all is at hand: its files are open, its lock is held, its queue answers. */
export interface OpenedRun extends Pick<Execution, 'manifest' | 'client' | 'resumed' | 'queueFault'> {
  record: RunRecord;
  key: RunKey;
  directory: RunDirectory;
  lock: RunLock;
  backend: QueueBackend;
  report: OpenReport;
  log: Logger;
}

/** Who looks on, and may end it: a person at a terminal, or a program. */
export interface Onlooker {
  /** Ends it between users. */
  interrupt: AbortSignal;
  /** What must be passed before the rows behind the canary follow. */
  gate?: Gate | undefined;
  onCall?: Execution['onCall'];
  /** The lines of these rows have come to the disk. */
  onLines?: Execution['onLines'];
  onStarted?: (snapshot: () => Snapshot, queueDepth: LiveRun['queueDepth']) => void;
  /** Other runs share the quota: in words. */
  onNeighbours?: (text: string) => void;
}

/** Runs it to its end, whichever that is, and closes its queue. */
export async function conductRun(run: OpenedRun, onlooker: Onlooker): Promise<Finished | Unfinished> {
  const { record, directory, backend, report, log } = run;
  const underWay = new Set<number>();
  let attended: Attended | undefined;
  let ended: Finished | Unfinished | undefined;
  try {
    const names = await recallProtected(directory, record.protected);
    const protection = createProtection(names, record.pool.caseSensitive);
    const skipped = await rowsSkippedByCheck(record, directory, {
      after: report.lastRow,
      upTo: report.lastRow + WINDOW,
    });
    const ending = await executeBesideOthers(run, onlooker, {
      ...run,
      ...onlooker,
      rows: rowsToRun(record, run.manifest, directory, underWay),
      isProtected: protection.has,
      isRefused:
        names.length + skipped.size === 0
          ? undefined
          : (row, username) => protection.has(username) || skipped.has(row),
      underWay,
      plan: planOf(record),
      onStarted: async (live) => {
        attended = await attend(directory, { id: record.id, live, lock: run.lock, log });
        onlooker.onStarted?.(attended.snapshot, live.queueDepth);
      },
    });
    ended = ending.kind === 'finished' ? await finish(run) : ending;
    return ended;
  } finally {
    // What the queue holds open would keep the process from ending.
    await backend.close().catch(() => undefined);
    await attended?.stop(lastStateOf(ended));
    log.flush();
  }
}

function lastStateOf(ended: Finished | Unfinished | undefined): LastState | undefined {
  if (ended === undefined || !('kind' in ended)) return undefined;
  const { kind } = ended;
  if (kind === 'interrupted') return { state: kind };
  // Of one that another process has by now, that one tells.
  if (kind === 'handed over') return undefined;
  const { error, message } = ended.reason;
  return { state: kind, reason: { error, message } };
}

/** Writes the result. A disk that is full only now stops the run like one that was full before. */
async function finish(run: OpenedRun): Promise<Finished | Stopped> {
  try {
    const finished = await finishRun({ ...run, tally: run.report.tally });
    if (finished.queueLeft !== undefined) run.log.warn(finished.queueLeft);
    return finished;
  } catch (error) {
    const reason = error instanceof ManifestChangedError ? error : asWriteError(error, run.directory.path);
    if (reason === undefined) throw error;
    return { kind: 'stopped', reason: stopFor(reason) };
  }
}

/** Tells meanwhile of other runs on the same queue, which may take from the same quota. */
async function executeBesideOthers(
  { record, backend, log }: OpenedRun,
  { onNeighbours }: Onlooker,
  execution: Execution,
): Promise<Ending> {
  if (backend.neighbours === undefined) return executeRun(execution);
  let rate = () => record.rate;
  const own = () => neighbourOf(record, rate());
  const watch = await watchNeighbours(backend.neighbours, own, (now, others) => {
    const text = neighboursText(now, others, record.quota ?? QUOTA);
    if (text === undefined) return;
    log.warn({ neighbours: others.map(({ run }) => run) }, 'other runs share the quota');
    onNeighbours?.(text);
  });
  try {
    return await executeRun({
      ...execution,
      onStarted: async (live) => {
        rate = () => live.pacers.passwords.view().limit;
        await execution.onStarted(live);
      },
    });
  } finally {
    // While the queue is open still: its note is taken back there.
    await watch.stop();
  }
}
