import { escapeForTerminal } from '../report/terminal-text.js';
import type { OpenedRun } from '../run/conduct.js';
import { openRunDirectory, type RunDirectory } from '../run/directory.js';
import { runningProcess } from '../run/lock.js';
import { type Anew, reopenRun } from '../run/reopen.js';
import { snapshotOf } from '../run/standing.js';
import { protectedNames } from '../run/whom-to-protect.js';
import { openObservers } from '../telemetry/observers.js';
import type { Ui } from '../ui/serve-ui.js';
import { withCommas } from '../with-commas.js';
import { openUi } from './open-ui.js';
import { ask } from './ask-run.js';
import { ExitCode } from './exit-code.js';
import { showFindProgress } from './find-progress.js';
import type { OutputOptions } from './output.js';
import { logPrinter } from './print-log.js';
import { resumeEnded } from './resume-ended.js';
import { tell, warn } from './tell.js';
import { watchRun } from './watch-run.js';

export interface ResumeOptions extends OutputOptions, Omit<Anew, 'protect'> {
  /** Files that name more users who must not be reset. */
  protect: string[];
}

/** `resume`: goes on where the report ends. Needs nothing but the directory. Answers the exit code. */
export async function resumeRun(path: string, options: ResumeOptions): Promise<number> {
  const directory = await openRunDirectory(path);
  const ended = await resumeEnded(directory, options);
  if (ended !== undefined) return ended;
  if (await letGoOn(directory)) return ExitCode.succeeded;
  const observers = await openObservers(options.metrics);
  const check = showFindProgress(options.progress);
  let ui: Ui | undefined;
  try {
    ui = await openUi(options.ui);
    return await reopenRun(
      directory,
      {
        ...options,
        protect: await protectedNames(options.protect),
        telemetry: observers.telemetry,
        print: await logPrinter(options.verbose),
        onWarning: (text) => warn(options.progress, text),
        onCheck: check.show,
      },
      (run) => {
        check.stop();
        sayGoingOn(run, options);
        return watchRun({ ...run, output: options, yes: false, observers, ui });
      },
    );
  } finally {
    check.stop();
    await ui?.close();
    await observers.close();
  }
}

function sayGoingOn({ record, report }: OpenedRun, { progress }: OutputOptions): void {
  if (progress === 'none') return;
  const pool = `${escapeForTerminal(record.pool.name)} (${record.pool.id})`;
  tell(progress, 'message', `Going on after row ${withCommas(report.lastRow)} in pool ${pool}.\n`);
}

/** A run that is only paused has its process still: it is asked to go on. False if there is none. */
async function letGoOn(directory: RunDirectory): Promise<boolean> {
  const holder = await runningProcess(directory.lock);
  if (holder === undefined || (await snapshotOf(directory, holder))?.state !== 'paused') return false;
  const snapshot = await ask(directory, { paused: false }, ({ state }) => state === 'running');
  process.stderr.write(
    `The run goes on in process ${snapshot.pid} on ${escapeForTerminal(snapshot.host)}.\n`,
  );
  return true;
}
