import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { Logger } from 'pino';
import { RESET_USER, type ResetUserContext } from '../../jobs/reset-user.js';
import { type Manifest, ManifestChangedError, type ManifestRow } from '../manifest/manifest.js';
import type { RunKey } from '../password/run-key.js';
import type { QueueBackend } from '../queue/backend.js';
import { type QueueFault, queueFault } from '../queue/queue-fault.js';
import type { OpenReport } from '../report/report-file.js';
import type { ReportRow } from '../report/report-line.js';
import { ReportWriteError } from '../report/report-write-error.js';
import { createReporter } from '../report/reporter.js';
import { type Collector, createCollector } from './collect.js';
import { createRunEnd, type Ending, stopFor, stopForOthers } from './ending.js';
import { feed, type Gate } from './feed.js';
import { createHold, type LiveRun } from './live-run.js';
import { hearOthers, type Others, tellOthers } from './others.js';
import { isPlanPosted, PLAN_QUEUE, type Plan, postPlan } from './plan.js';
import type { RunRecord } from './record.js';
import { createThreshold } from './threshold.js';
import { untilItAnswers } from './until-it-answers.js';
import { WINDOW } from './window.js';
import { type IsRefused, withdrawRefused } from './withdraw.js';
import { type RunWorker, startWorker } from './worker.js';

export interface Execution {
  record: RunRecord;
  plan: Plan;
  key: RunKey;
  manifest: Manifest;
  /** The manifest's rows, those refused that a check of the pool says to skip. */
  rows: AsyncIterable<readonly ManifestRow[]>;
  /** Whom it must not reset. */
  isProtected: (username: string) => boolean;
  /** Rows to be skipped by now whose jobs may be in the queue; undefined if there are none. */
  isRefused: IsRefused | undefined;
  /** Those of them whose jobs were done or begun before: filled in here. */
  underWay: Set<number>;
  report: OpenReport;
  /** Whether an earlier process may have sent calls of this run, with a line or without. */
  resumed: boolean;
  backend: QueueBackend;
  client: CognitoIdentityProviderClient;
  log: Logger;
  /** Resolves once the queue can't be worked with. */
  queueFault: Promise<QueueFault>;
  /** The first Ctrl-C: end between users. */
  interrupt: AbortSignal;
  /** What must be passed before the other rows follow. */
  gate?: Gate | undefined;
  onCall?: ResetUserContext['onCall'];
  /** The lines of these rows have come to the disk. */
  onLines?: ((rows: readonly ReportRow[]) => void) | undefined;
  onStarted: (live: LiveRun) => Promise<void>;
}

/**
 * Runs until each row has its line, or something stops it: then calls in flight finish, their lines are written,
 * and all else is left as it is, to be resumed.
 */
export async function executeRun(run: Execution): Promise<Ending> {
  const { backend, log, plan, report } = run;
  const ending = createRunEnd(log);
  const { end, stop } = ending;
  const interrupt = () => end({ kind: 'interrupted' });
  run.interrupt.addEventListener('abort', interrupt, { once: true });
  if (run.interrupt.aborted) interrupt();
  void run.queueFault.then(stop);

  const queue = backend.queue(RESET_USER);
  const board = backend.queue(PLAN_QUEUE);
  const reporter = createReporter({
    report,
    window: WINDOW,
    onWriteError: (error) => stop(stopFor(error)),
    onLines: (rows) => {
      const tooMany = threshold(rows);
      if (tooMany !== undefined) stop(tooMany);
      run.gate?.lines(rows);
      run.onLines?.(rows);
    },
  });
  const jobOptions = backend.jobOptions(WINDOW);
  let collector: Collector | undefined;
  let worker: RunWorker | undefined;
  let others: Others | undefined;
  let rowsFound: number | undefined;
  let threshold = createThreshold(run.record.maxFailures, report.lastRow);
  const answered = <T>(ask: () => Promise<T>) =>
    untilItAnswers(ask, { answers: backend.answers, signal: ending.signal });
  try {
    // Asked first: a plan that was posted twice would seem to have been there before.
    const kept = await answered(() => isPlanPosted(board));
    await answered(() => postPlan(board, plan, run.key));
    collector = createCollector({
      backend,
      queue,
      window: WINDOW,
      reporter,
      jobOptions,
      run: plan.run,
      key: run.key,
      log,
      onStop: stop,
    });
    const { heard, recover } = collector;
    if (kept) {
      const { isRefused } = run;
      if (isRefused !== undefined) {
        for (const row of await answered(() => withdrawRefused(queue, isRefused))) run.underWay.add(row);
      }
      const lastKnown = await answered(recover);
      threshold = createThreshold(run.record.maxFailures, Math.max(report.lastRow, lastKnown));
    }
    worker = startWorker({
      backend,
      plan,
      key: run.key,
      client: run.client,
      concurrency: run.record.asked.concurrency,
      log,
      isProtected: run.isProtected,
      onResult: heard,
      onCall: run.onCall,
      onStop: stop,
    });
    if (backend.shared) others = hearOthers(board, { plan, key: run.key, stop });
    const { pacers } = worker;
    const { passwords } = pacers;
    const hold = createHold(queue, pacers);
    // An earlier process of this run may have been paused, or asked for another rate.
    if (run.resumed) {
      await answered(() => passwords.setLimit(plan.rate));
      await answered(hold.proceed);
    }
    await run.onStarted({
      reporter,
      pacers,
      startedAt: Date.now(),
      rows: () =>
        rowsFound === undefined
          ? { rows: Math.max(run.manifest.estimatedRows, reporter.heard.rows), exact: run.manifest.exactRows }
          : { rows: rowsFound, exact: true },
      ...hold,
      asking: () => run.gate?.asking === true,
      queueAnswers: backend.answers,
      queueDepth: () => queue.getJobCounts('wait', 'active', 'delayed'),
      setRate: passwords.setLimit,
      handOver: (why) => {
        log.info({ why }, 'the run goes to another process');
        end({ kind: 'handed over', why });
      },
      stop,
    });

    rowsFound = await feed(run.rows, {
      plan,
      key: run.key,
      admission: { mode: run.record.mode, policy: run.record.pool.policy },
      queue,
      queueAnswers: backend.answers,
      window: WINDOW,
      jobOptions,
      reporter,
      collector,
      sentBefore: run.manifest.sentBefore ?? new Set(),
      resumedUpTo: run.resumed ? report.lastRow + WINDOW : 0,
      queueWasLost: run.resumed && !kept,
      gate: run.gate,
      stop,
      signal: ending.signal,
    });
    await reporter.waitUntilSynced(rowsFound, ending.signal);
    end({ kind: 'finished', rows: rowsFound });
  } catch (error) {
    // A disk that is full has the same code under the queue and under the run directory.
    const isOwn = error instanceof ManifestChangedError || error instanceof ReportWriteError;
    const reason = isOwn ? stopFor(error) : queueFault(error);
    if (reason !== undefined) stop(reason);
    else if (!ending.signal.aborted) throw error;
  } finally {
    run.interrupt.removeEventListener('abort', interrupt);
    others?.forget();
    // Workers elsewhere end between users too, at the same time. They are not this run's any more if another has it.
    const isOurs = ending.how?.kind !== 'finished' && ending.how?.kind !== 'handed over';
    await Promise.all([
      isOurs && backend.shared
        ? tellOthers(queue, board, stopForOthers(ending.how), { run: plan.run, key: run.key })
        : undefined,
      worker?.drain(),
    ]);
    collector?.close();
    await reporter.close();
  }
  // What was in flight may have been the last of it: then there is nothing to resume.
  if (rowsFound !== undefined && reporter.syncedRow >= rowsFound)
    return { kind: 'finished', rows: rowsFound };
  if (ending.how === undefined) throw new Error('The run ended without an ending.');
  return ending.how;
}
