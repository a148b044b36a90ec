import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { Logger } from 'pino';
import { RESET_USER, type ResetUserContext, type StopReason } from '../../jobs/reset-user.js';
import { type Manifest, ManifestChangedError, type ManifestRow } from '../manifest/manifest.js';
import type { RunKey } from '../password/run-key.js';
import type { QueueBackend } from '../queue/backend.js';
import type { OpenReport } from '../report/report-file.js';
import { createReporter, type Reporter } from '../report/reporter.js';
import { type Collector, createCollector } from './collect.js';
import { feed, type Gate } from './feed.js';
import { hearOthers, type Others, tellOthers } from './others.js';
import { PLAN_QUEUE, type Plan, postPlan } from './plan.js';
import type { RunRecord } from './record.js';
import { createThreshold } from './threshold.js';
import { unlessAborted } from './unless-aborted.js';
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
  /** The first Ctrl-C: end between users. */
  interrupt: AbortSignal;
  /** What must be passed before the other rows follow. */
  gate?: Gate | undefined;
  onCall?: ResetUserContext['onCall'];
  onStarted: (live: LiveRun) => Promise<void>;
}

/** A paused run puts off the next call of all workers, again and again, in ms. */
const HOLD_EVERY = 1_000;

/** What can be seen of a run while it runs. */
export interface LiveRun {
  reporter: Reporter;
  pacers: RunWorker['pacers'];
  startedAt: number;
  rowsAtStart: number;
  /** Rows of the input; estimated by its size until it was read to its end. */
  rows(): { rows: number; exact: boolean };
  paused(): boolean;
  /** Whether somebody is asked if the other rows shall follow. */
  asking(): boolean;
  /** Sends nothing more, in any worker, until `proceed`; calls in flight finish. */
  pause(): Promise<void>;
  proceed(): Promise<void>;
  /** Whether the queue can be reached. */
  queueAnswers(): boolean;
  /** Jobs in the queue, by state. */
  queueDepth(): Promise<Record<string, number>>;
  /** Calls a second from now on, over all workers. */
  setRate(rate: number): Promise<void>;
  /** Ends it between users, as another process has the run from here on. */
  handOver(why: string): void;
}

/** How a run came to its end. Only `finished` means that each row has its line. */
export type Ending =
  | { kind: 'finished'; rows: number }
  | { kind: 'stopped'; reason: StopReason }
  | { kind: 'interrupted' }
  /** Another process has the run from here on; `why` in words. */
  | { kind: 'handed over'; why: string };

/**
 * Runs until each row has its line, or something stops it: then calls in flight finish, their lines are written,
 * and all else is left as it is, to be resumed.
 */
export async function executeRun(run: Execution): Promise<Ending> {
  const { backend, log, plan, report } = run;
  const halt = new AbortController();
  let ending: Ending | undefined;
  const end = (how: Ending) => {
    ending ??= how;
    halt.abort();
  };
  const stop = (reason: StopReason) => {
    log.error({ error: reason.error, reason: reason.message }, 'the run stops');
    end({ kind: 'stopped', reason });
  };
  const interrupt = () => end({ kind: 'interrupted' });
  run.interrupt.addEventListener('abort', interrupt, { once: true });
  if (run.interrupt.aborted) interrupt();

  const queue = backend.queue(RESET_USER);
  const board = backend.queue(PLAN_QUEUE);
  const reporter = createReporter({
    report,
    window: WINDOW,
    onWriteError: (error) => stop({ error: error.name, message: error.message }),
    onLines: (rows) => {
      const tooMany = threshold(rows);
      if (tooMany !== undefined) stop(tooMany);
    },
  });
  const jobOptions = backend.jobOptions(WINDOW);
  let collector: Collector | undefined;
  let worker: RunWorker | undefined;
  let others: Others | undefined;
  let rowsFound: number | undefined;
  let hold: NodeJS.Timeout | undefined;
  let threshold = createThreshold(run.record.maxFailures, report.lastRow);
  try {
    const posted = await unlessAborted(postPlan(board, plan, run.key), halt.signal);
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
    if (posted === 'kept') {
      if (run.isRefused !== undefined) {
        const withdrawn = unlessAborted(withdrawRefused(queue, run.isRefused), halt.signal);
        for (const row of await withdrawn) run.underWay.add(row);
      }
      const lastKnown = await unlessAborted(collector.recover(), halt.signal);
      threshold = createThreshold(run.record.maxFailures, Math.max(report.lastRow, lastKnown));
    }
    await unlessAborted(queue.resume(), halt.signal);
    const { heard } = collector;
    worker = startWorker({
      backend,
      plan,
      key: run.key,
      client: run.client,
      concurrency: run.record.concurrency,
      log,
      isProtected: run.isProtected,
      onResult: heard,
      onCall: run.onCall,
      onStop: stop,
    });
    if (backend.shared) others = hearOthers(board, { plan, key: run.key, stop });
    const { pacers } = worker;
    const { passwords, updates } = pacers;
    const holdAll = (ms: number) => Promise.all([passwords.pauseFor(ms), updates?.pauseFor(ms)]);
    // An earlier process of this run may have been asked for another.
    if (run.resumed) await unlessAborted(passwords.setLimit(plan.rate), halt.signal);
    await run.onStarted({
      reporter,
      pacers,
      startedAt: Date.now(),
      rowsAtStart: report.lastRow,
      rows: () =>
        rowsFound === undefined
          ? { rows: Math.max(run.manifest.estimatedRows, report.tally.rows), exact: run.manifest.exactRows }
          : { rows: rowsFound, exact: true },
      paused: () => hold !== undefined,
      asking: () => run.gate?.asking === true,
      pause: async () => {
        // The queue gives out no more jobs; those that workers have already wait for a turn that doesn't come.
        await queue.pause();
        hold ??= setInterval(() => void holdAll(2 * HOLD_EVERY).catch(() => undefined), HOLD_EVERY);
        await holdAll(2 * HOLD_EVERY);
      },
      proceed: async () => {
        clearInterval(hold);
        hold = undefined;
        await queue.resume();
      },
      queueAnswers: backend.answers,
      queueDepth: () => queue.getJobCounts('wait', 'active', 'delayed'),
      setRate: passwords.setLimit,
      handOver: (why) => {
        log.info({ why }, 'the run goes to another process');
        end({ kind: 'handed over', why });
      },
    });

    rowsFound = await feed(run.rows, {
      plan,
      key: run.key,
      admission: { mode: run.record.mode, policy: run.record.pool.policy },
      queue,
      window: WINDOW,
      jobOptions,
      reporter,
      collector,
      sentBefore: run.manifest.sentBefore ?? new Set(),
      resumedUpTo: run.resumed ? report.lastRow + WINDOW : 0,
      queueWasLost: run.resumed && posted === 'new',
      gate: run.gate,
      stop,
      signal: halt.signal,
    });
    await reporter.waitUntilSynced(rowsFound, halt.signal);
    end({ kind: 'finished', rows: rowsFound });
  } catch (error) {
    if (error instanceof ManifestChangedError) stop({ error: error.name, message: error.message });
    else if (!halt.signal.aborted) throw error;
  } finally {
    run.interrupt.removeEventListener('abort', interrupt);
    others?.forget();
    clearInterval(hold);
    // Workers elsewhere end between users too, at the same time. They are not this run's any more if another has it.
    const mine = ending?.kind !== 'finished' && ending?.kind !== 'handed over';
    await Promise.all([
      mine && backend.shared
        ? tellOthers(queue, board, reasonOf(ending), { run: plan.run, key: run.key })
        : undefined,
      worker?.drain(),
    ]);
    collector?.close();
    await reporter.close();
  }
  // What was in flight may have been the last of it: then there is nothing to resume.
  if (rowsFound !== undefined && reporter.syncedRow >= rowsFound)
    return { kind: 'finished', rows: rowsFound };
  if (ending === undefined) throw new Error('The run ended without an ending.');
  return ending;
}

function reasonOf(ending: Ending | undefined): StopReason {
  return ending?.kind === 'stopped'
    ? ending.reason
    : { error: 'RunInterrupted', message: 'The run was interrupted.' };
}
