import { RESET_USER } from '../../jobs/reset-user.js';
import { stopAdvice } from '../cognito/stop-advice.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { RUN_DIRECTORY_GONE } from '../run/attend.js';
import { conductRun, type OpenedRun } from '../run/conduct.js';
import type { Unfinished } from '../run/ending.js';
import type { Finished } from '../run/finish.js';
import type { Snapshot } from '../run/snapshot.js';
import type { Observers } from '../telemetry/observers.js';
import type { Ui } from '../ui/serve-ui.js';
import { withCommas } from '../with-commas.js';
import { createApart } from './apart.js';
import { canaryGate } from './canary-gate.js';
import { endScreen, warnOfLeft } from './end-screen.js';
import { ExitCode } from './exit-code.js';
import { onInterrupt } from './interrupt.js';
import type { OutputOptions } from './output.js';
import { showProgress } from './progress.js';
import { resultOf, resumeCommand, type RunResult } from './result.js';
import { tell, warn } from './tell.js';

export interface WatchedRun extends OpenedRun {
  output: OutputOptions;
  /** With `--yes` nobody is asked. */
  yes: boolean;
  observers: Observers;
  ui: Ui | undefined;
}

/** Runs it, shows how it goes, and says how it ended. Answers the exit code. */
export async function watchRun(run: WatchedRun): Promise<number> {
  const { record, directory, report, output } = run;
  const { metrics, metricsUrl } = run.observers;
  metrics?.label(record.id, record.pool.id);
  if (metricsUrl !== undefined) tell(output.progress, 'message', `Metrics are at ${metricsUrl}\n`);
  const { ui } = run;
  if (ui !== undefined) tell(output.progress, 'message', `The run is shown at ${ui.url}\n`);
  const interrupted = onInterrupt(output.progress);
  const progress = showProgress(output.progress);
  let snapshot: (() => Snapshot) | undefined;
  const alone = createApart(progress.stop, () => {
    if (snapshot !== undefined && !interrupted.signal.aborted) progress.start(snapshot);
  });
  let ended: Finished | Unfinished;
  try {
    ended = await conductRun(run, {
      interrupt: interrupted.signal,
      gate: await canaryGate(directory, record, { output, yes: run.yes, alone }),
      onCall: metrics?.called,
      onLines: ui?.lines,
      onNeighbours: (text) => void alone(async () => warn(output.progress, text)),
      onStarted: (asked, queueDepth) => {
        snapshot = asked;
        metrics?.watch(asked, queueDepth);
        ui?.begin({ record, directory, snapshot: asked, queue: () => run.backend.queue(RESET_USER) });
        progress.start(asked);
      },
    });
  } finally {
    progress.stop();
    interrupted.forget();
  }
  const result = resultOf(ended, directory.path, report.tally.rows);
  output.onResult?.(result);
  ui?.end(endingInWords(ended, report.tally.rows));
  if (output.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  return 'summary' in ended ? sayFinished(ended, run) : sayUnfinished(ended, result, run);
}

function endingInWords(ended: Finished | Unfinished, rows: number): string {
  const after = `after ${withCommas(rows)} rows`;
  if ('summary' in ended) return `Finished ${after}: report.html in the run directory shows all of it.`;
  if (ended.kind === 'stopped')
    return `Stopped ${after}: ${ended.reason.error}. See the terminal, and resume it.`;
  return ended.kind === 'interrupted' ? `Interrupted ${after}: resume it.` : `Ended ${after}: ${ended.why}.`;
}

function sayFinished(ended: Finished, { directory, output, record }: WatchedRun): number {
  const { summary } = ended;
  if (output.progress === 'json') {
    tell('json', 'ended', 'Finished', {
      status: 'finished',
      rows: summary.rows,
      runDirectory: directory.path,
    });
  }
  warnOfLeft(ended, output.progress);
  if (!output.json) process.stdout.write(endScreen(ended, directory, record));
  return summary.byStatus.succeeded === summary.rows ? ExitCode.succeeded : ExitCode.someFailed;
}

function sayUnfinished(
  ending: Unfinished,
  result: RunResult,
  { directory, output, report }: WatchedRun,
): number {
  const resume = resumeCommand(directory.path);
  const { rows } = report.tally;
  // The event has a message of its own.
  const { message: _message, ...facts } = result;
  const say = (text: string) => tell(output.progress, 'ended', text, facts);
  switch (ending.kind) {
    case 'handed over':
      say(`Ended after ${rows} rows: ${escapeForTerminal(ending.why)}.\n`);
      return ExitCode.stopped;
    case 'interrupted':
      say(`Interrupted after ${rows} rows; nothing is lost. Go on with:\n  ${resume}\n`);
      return ExitCode.interrupted;
    case 'stopped': {
      const { error, message, call } = ending.reason;
      const next =
        error === RUN_DIRECTORY_GONE ? '' : `Nothing is lost. When it is mended, go on with:\n  ${resume}\n`;
      say(
        `Stopped after ${rows} rows: ${escapeForTerminal(`${error}: ${message}`)}\n${stopAdvice(error, call)}\n${next}`,
      );
      return ExitCode.stopped;
    }
  }
}
