import type { Finding } from '../check/findings.js';
import { readFindings } from '../check/findings-file.js';
import { describePool } from '../cognito/pool.js';
import { stopAdvice } from '../cognito/stop-advice.js';
import { createEnable } from '../cognito/user-update.js';
import { disabledRows } from '../enable/disabled-rows.js';
import { type Enabled, enableUsers } from '../enable/enable-users.js';
import { openEnabledFile, type EnabledRows } from '../enable/enabled-file.js';
import { memoryPaceStore } from '../rate/pace-store.js';
import { createPacer } from '../rate/pacer.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { clientOfRun } from '../run/client-of-run.js';
import { openRunDirectory, type RunDirectory } from '../run/directory.js';
import { lockRun } from '../run/lock.js';
import type { RunRecord } from '../run/record.js';
import { type Standing, standingOf } from '../run/standing.js';
import { isCheckWhole } from '../run/user-check.js';
import { UsageError } from '../usage-error.js';
import { canAsk, yesOrNo } from './confirm.js';
import { ExitCode } from './exit-code.js';
import { showFindProgress } from './find-progress.js';
import { type Interrupt, onInterrupt } from './interrupt.js';
import type { ProgressKind } from './progress.js';
import { countTable } from './row-blocks.js';
import { tell } from './tell.js';
import { facts } from './text-block.js';
import { counted } from './words.js';

/** What was asked for on the command line. */
interface Options {
  /** Calls a second. */
  rate: number;
  profile?: string | undefined;
  yes: boolean;
  json: boolean;
  progress: ProgressKind;
}

type Findings = () => AsyncGenerator<Finding & { row: number }>;

/** `enable`: enables the users that a run has disabled. Answers the exit code. */
export async function enableRun(path: string, options: Options): Promise<number> {
  const directory = await openRunDirectory(path);
  const standing = await standingOf(directory);
  refuse(standing, path);
  const { record } = standing;
  const lock = await lockRun(directory.lock, { takeOver: false });
  const interrupted = onInterrupt(options.progress);
  try {
    const findings = await findingsOf(record, directory);
    const client = clientOfRun(record, options);
    const pool = await describePool(client, record.pool.id);
    const file = await openEnabledFile(directory.enabled);
    const shown = showFindProgress(options.progress);
    try {
      const counts = await countRows(directory, findings, file.before);
      const question = `Enable ${counted(counts.toDo, 'user')} of ${pool.name} (${pool.id})? [y/N] `;
      if (record.check === undefined && counts.toDo > 0)
        tell(options.progress, 'warning', `warning: ${NOT_CHECKED}\n`);
      if (!(await isSure(escapeForTerminal(question), options, interrupted))) return notSure(interrupted);
      const enabled = await enableUsers({
        rows: disabledRows(directory.report, findings),
        poolId: pool.id,
        enable: createEnable(client),
        pacer: createPacer(memoryPaceStore(), options.rate),
        file,
        interrupt: interrupted.signal,
        onProgress: (done) => shown.show({ what: 'users enabled', done, ofAbout: counts.all }),
      });
      shown.stop();
      return say(enabled, { record, directory, options, interrupted, all: counts.all });
    } finally {
      shown.stop();
      await file.close();
    }
  } finally {
    interrupted.forget();
    await lock.release();
  }
}

const NOT_CHECKED = 'the run did not look who was disabled before it (--check-users): those are enabled too.';

function refuse(standing: Standing, path: string): void {
  if (standing.record.steps?.asked.includes('disabled') !== true)
    throw new UsageError('This run has disabled nobody: it was begun without --disable.');
  if (standing.kind === 'live') {
    const { pid, host } = standing.holder;
    throw new UsageError(
      `The run is under way in process ${pid} on ${host}: wait for its end, or cancel it first.`,
    );
  }
  if (standing.kind === 'unfinished') {
    throw new UsageError(
      `The run has not ended and would go on to disable: cancel it first (cognito-bulk-reset cancel ${path}).`,
    );
  }
}

/** @throws UsageError if the check is lost: nobody could tell any more who was disabled before the run */
async function findingsOf({ check }: RunRecord, directory: RunDirectory): Promise<Findings> {
  if (check === undefined) return none;
  if (await isCheckWhole(directory, check)) return () => readFindings(directory.check);
  throw new UsageError(
    `${directory.check} is not there or was changed: it says who was disabled before the run. Put it back.`,
  );
}

// oxlint-disable-next-line require-yield -- a run without a check has found nothing
async function* none(): ReturnType<Findings> {}

async function countRows(directory: RunDirectory, findings: Findings, before: EnabledRows) {
  const counts = { all: 0, toDo: 0 };
  for await (const { row, wasDisabledBefore } of disabledRows(directory.report, findings)) {
    counts.all += 1;
    if (!wasDisabledBefore && before.get(row) !== 'enabled') counts.toDo += 1;
  }
  return counts;
}

async function isSure(question: string, { yes }: Options, { signal }: Interrupt): Promise<boolean> {
  if (yes) return true;
  if (!canAsk()) throw new UsageError('There is no terminal to ask on: add --yes.');
  return yesOrNo(question, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return false;
  });
}

function notSure({ signal }: Interrupt): number {
  if (signal.aborted) return ExitCode.interrupted;
  process.stderr.write('Nobody was enabled.\n');
  return ExitCode.usage;
}

interface Said {
  record: RunRecord;
  directory: RunDirectory;
  options: Options;
  interrupted: Interrupt;
  /** Users whom the run has disabled. */
  all: number;
}

function say({ counts, stop }: Enabled, { record, directory, options, interrupted, all }: Said): number {
  const { enabled, failed, 'left-disabled': leftDisabled } = counts;
  const notDone = all - enabled - failed - leftDisabled;
  const status = stop !== undefined ? 'stopped' : notDone > 0 ? 'interrupted' : 'finished';
  const result = { status, run: record.id, pool: record.pool.id, enabled, leftDisabled, failed, notDone };
  const why = stop === undefined ? {} : { error: stop.error, message: stop.message };
  const lines = [
    ['enabled', enabled],
    ['left disabled', leftDisabled],
    ['failed', failed],
    ['not done', notDone],
  ] as const;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...result, ...why, file: directory.enabled })}\n`
      : [
          countTable(
            lines.filter(([name, value]) => name === 'enabled' || value > 0),
            'disabled',
          ),
          facts([
            ['Run', record.id],
            ['User pool', `${record.pool.name} (${record.pool.id})`],
            ['Each user', directory.enabled],
          ]),
        ].join('\n'),
  );
  const again = `Go on with:\n  cognito-bulk-reset enable ${directory.path}\n`;
  if (stop !== undefined) {
    const { error, message } = stop;
    const text = `Stopped: ${escapeForTerminal(`${error}: ${message}`)}\n${stopAdvice(error, 'AdminEnableUser')}\n${again}`;
    tell(options.progress, 'ended', text, { status, error });
    return ExitCode.stopped;
  }
  if (notDone > 0 && interrupted.signal.aborted) {
    tell(options.progress, 'ended', `Interrupted; nothing is lost. ${again}`, { status });
    return ExitCode.interrupted;
  }
  return failed === 0 ? ExitCode.succeeded : ExitCode.someFailed;
}
