import type { Logger } from 'pino';
import { stopAdvice } from '../cognito/stop-advice.js';
import type { RunKey } from '../password/run-key.js';
import { createProtection } from '../protect/protection.js';
import type { QueueBackend } from '../queue/backend.js';
import { ManifestChangedError } from '../manifest/manifest.js';
import type { OpenReport } from '../report/report-file.js';
import { asWriteError } from '../report/report-write-error.js';
import { summaryTable } from '../report/summary-table.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { type Attended, attend } from '../run/attend.js';
import { planOf } from '../run/begin.js';
import type { RunDirectory } from '../run/directory.js';
import { type Ending, type Stopped, stopFor, type Unfinished } from '../run/ending.js';
import { type Execution, executeRun } from '../run/execute.js';
import { type Finished, finishRun } from '../run/finish.js';
import { neighbourOf, neighbourText, watchNeighbours } from '../run/neighbours.js';
import { recallProtected } from '../run/protected-users.js';
import type { RunLock } from '../run/lock.js';
import { QUOTA } from '../run/request.js';
import type { RunRecord } from '../run/record.js';
import { rowsSkippedByCheck, rowsToRun } from '../run/user-check.js';
import { WINDOW } from '../run/window.js';
import type { Observers } from '../telemetry/observers.js';
import { canaryGate } from './canary-gate.js';
import { ExitCode } from './exit-code.js';
import { onInterrupt } from './interrupt.js';
import type { OutputOptions } from './output.js';
import { showProgress } from './progress.js';
import { resultOf, resumeCommand } from './result.js';
import { tell } from './tell.js';

export interface WatchedRun extends Pick<Execution, 'manifest' | 'client' | 'resumed' | 'queueFault'> {
  record: RunRecord;
  key: RunKey;
  directory: RunDirectory;
  lock: RunLock;
  backend: QueueBackend;
  report: OpenReport;
  log: Logger;
  output: OutputOptions;
  /** With `--yes` nobody is asked. */
  yes: boolean;
  observers: Observers;
}

/** Runs it, shows how it goes, and says how it ended. Answers the exit code. */
export async function watchRun(run: WatchedRun): Promise<number> {
  const { record, directory, backend, report, output, log } = run;
  const { metrics } = run.observers;
  metrics?.label(record.id, record.pool.id);
  const { metricsUrl } = run.observers;
  if (metricsUrl !== undefined) tell(output.progress, 'message', `Metrics are at ${metricsUrl}\n`);
  const names = await recallProtected(directory, record.protected);
  const protection = createProtection(names, record.pool.caseSensitive);
  const skipped = await rowsSkippedByCheck(record, directory, {
    after: report.lastRow,
    upTo: report.lastRow + WINDOW,
  });
  const underWay = new Set<number>();
  const interrupted = onInterrupt(output.progress);
  const progress = showProgress(output.progress);
  let attended: Attended | undefined;
  let ended: Finished | Unfinished;
  const alone = async <T>(ask: () => Promise<T>) => {
    progress.stop();
    try {
      return await ask();
    } finally {
      if (attended !== undefined && !interrupted.signal.aborted) progress.start(attended.snapshot);
    }
  };
  try {
    const ending = await executeBesideOthers(run, alone, {
      ...run,
      rows: rowsToRun(record, run.manifest, directory, underWay),
      isProtected: protection.has,
      isRefused:
        names.length + skipped.size === 0
          ? undefined
          : (row, username) => protection.has(username) || skipped.has(row),
      underWay,
      plan: planOf(record),
      interrupt: interrupted.signal,
      gate: canaryGate(directory, record, { output, yes: run.yes, alone }),
      onCall: metrics?.called,
      onStarted: async (live) => {
        attended = await attend(directory, { id: record.id, live, lock: run.lock, log });
        metrics?.watch(attended.snapshot, live.queueDepth);
        progress.start(attended.snapshot);
      },
    });
    ended = ending.kind === 'finished' ? await finish(run) : ending;
  } finally {
    progress.stop();
    // What the queue holds open would keep the process from ending.
    await backend.close().catch(() => undefined);
    await attended?.stop();
    interrupted.forget();
    log.flush();
  }
  const result = resultOf(ended, directory.path, report.tally.rows);
  output.onResult?.(result);
  if (output.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  return 'summary' in ended ? sayFinished(ended, run) : sayUnfinished(ended, run);
}

/** Writes the result. A disk that is full only now stops the run like one that was full before. */
async function finish({
  directory,
  record,
  key,
  manifest,
  report,
  backend,
}: WatchedRun): Promise<Finished | Stopped> {
  try {
    return await finishRun({ directory, record, key, manifest, tally: report.tally, backend });
  } catch (error) {
    const reason = error instanceof ManifestChangedError ? error : asWriteError(error, directory.path);
    if (reason === undefined) throw error;
    return { kind: 'stopped', reason: stopFor(reason) };
  }
}

/** Tells meanwhile of another run on the same queue, which may take from the same quota. */
async function executeBesideOthers(
  { record, backend, output, log }: WatchedRun,
  alone: <T>(ask: () => Promise<T>) => Promise<T>,
  execution: Execution,
): Promise<Ending> {
  if (backend.neighbours === undefined) return executeRun(execution);
  const own = neighbourOf(record);
  const watch = await watchNeighbours(backend.neighbours, own, (other) => {
    const text = neighbourText(own, other, record.quota ?? QUOTA);
    if (text === undefined) return;
    log.warn({ neighbour: other.run }, 'another run shares the quota');
    void alone(async () => tell(output.progress, 'warning', `warning: ${escapeForTerminal(text)}\n`));
  });
  try {
    return await executeRun(execution);
  } finally {
    // While the queue is open still: its note is taken back there.
    await watch.stop();
  }
}

function sayFinished(
  { summary, failed, keyLeft, toRetry }: Finished,
  { directory, output, record }: WatchedRun,
): number {
  if (output.progress === 'json') {
    tell('json', 'ended', 'Finished', {
      status: 'finished',
      rows: summary.rows,
      runDirectory: directory.path,
    });
  }
  if (keyLeft) {
    tell(
      output.progress,
      'warning',
      'warning: the key was given by COGNITO_BULK_RESET_KEY_FILE and is still there: destroy it where it is\n',
    );
  }
  if (!output.json) {
    process.stdout.write(
      summaryTable(summary, {
        report: directory.report,
        page: directory.page,
        failed,
        toRetry,
        ...(record.recipients === undefined ? {} : { credentials: directory.credentials }),
      }),
    );
  }
  return summary.byStatus.succeeded === summary.rows ? ExitCode.succeeded : ExitCode.someFailed;
}

function sayUnfinished(ending: Unfinished, { directory, output, report }: WatchedRun): number {
  const resume = resumeCommand(directory.path);
  if (ending.kind === 'handed over') {
    const ended = { status: ending.kind, rows: report.tally.rows, runDirectory: directory.path };
    const text = `Ended after ${report.tally.rows} rows: ${escapeForTerminal(ending.why)}.\n`;
    tell(output.progress, 'ended', text, ended);
    return ExitCode.stopped;
  }
  const { progress } = output;
  const ended = { status: ending.kind, rows: report.tally.rows, runDirectory: directory.path, resume };
  if (ending.kind === 'interrupted') {
    const text = `Interrupted after ${report.tally.rows} rows; nothing is lost. Go on with:\n  ${resume}\n`;
    tell(progress, 'ended', text, ended);
    return ExitCode.interrupted;
  }
  const { error, message, call } = ending.reason;
  const text =
    `Stopped after ${report.tally.rows} rows: ${escapeForTerminal(`${error}: ${message}`)}\n${stopAdvice(error, call)}\n` +
    `Nothing is lost. When it is mended, go on with:\n  ${resume}\n`;
  tell(progress, 'ended', text, { ...ended, error });
  return ExitCode.stopped;
}
