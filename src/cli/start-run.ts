import { Readable } from 'node:stream';
import { rm, stat } from 'node:fs/promises';
import { type InputPlace, inputText } from '../manifest/manifest.js';
import { createRunKey } from '../password/key-file.js';
import { openBackend } from '../queue/open-backend.js';
import { hearQueue } from '../queue/queue-fault.js';
import { asWriteError } from '../report/report-write-error.js';
import { createReport } from '../report/report-file.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { stepsAsked } from '../steps.js';
import { beginRun } from '../run/begin.js';
import { createRunDirectory, type RunDirectory, removeRunDirectory } from '../run/directory.js';
import { lockRun } from '../run/lock.js';
import { type PreparedRun, prepareRun, type RetryOf } from '../run/prepare.js';
import { defaultRunDirectory, type RunRequest } from '../run/request.js';
import { spoolInput } from '../run/spool.js';
import { type Surveyed, surveyRun } from '../run/survey-run.js';
import { keepCheck } from '../run/user-check.js';
import { openObservers, type Observers } from '../telemetry/observers.js';
import { UsageError } from '../usage-error.js';
import { confirm } from './confirm.js';
import { ExitCode } from './exit-code.js';
import { showFindProgress } from './find-progress.js';
import { onInterrupt } from './interrupt.js';
import { keyFromElsewhere } from './key-source.js';
import { openLog } from './log.js';
import { planScreen } from './plan-screen.js';
import { VERSION } from './version.js';
import type { OutputOptions } from './output.js';
import { logPrinter } from './print-log.js';
import { tell } from './tell.js';
import { watchRun } from './watch-run.js';

/** `run`, and `retry` of some rows: check, show, ask, make the run directory, run. Answers the exit code. */
export async function startRun(
  request: RunRequest,
  output: OutputOptions & { yes: boolean },
  retryOf?: RetryOf,
): Promise<number> {
  const path = request.runDir ?? defaultRunDirectory(request.file, new Date());
  const observers = await openObservers(output.metrics);
  let directory: RunDirectory | undefined;
  let begun = false;
  try {
    let key = keyFromElsewhere();
    let input: InputPlace = { path: request.file };
    const sealed = retryOf?.sealedInput;
    const source = sealed === undefined ? process.stdin : Readable.from(inputText(sealed));
    // Standard input can be read only once, so its copy comes first; it goes again if nothing is sent.
    if (request.file === '-' || sealed !== undefined) {
      directory = await createRunDirectory(path);
      const holdsPasswords = request.mode === 'password-column' || sealed !== undefined;
      if (holdsPasswords) key ??= createRunKey(directory.key);
      input = holdsPasswords ? { path: directory.sealedInput, sealedBy: key } : { path: directory.input };
      await spoolInput(source, input);
    }
    const prepared = await prepareRun(request, input, retryOf);
    const surveyed = request.checkUsers ? await checkFirst(prepared, output) : undefined;
    if (surveyed === 'interrupted') return ExitCode.interrupted;
    tell(output.progress, 'plan', planScreen(prepared, path, new Date(), surveyed?.survey));
    const answer = await confirm(prepared, output.yes);
    if (answer !== 'yes') {
      tell(output.progress, 'ended', 'Nothing was sent.\n');
      return answer === 'interrupted' ? ExitCode.interrupted : ExitCode.usage;
    }
    directory ??= await createRunDirectory(path);
    return await runPrepared({
      prepared,
      surveyed,
      directory,
      input,
      key,
      output,
      observers,
      onBegun: () => (begun = true),
    });
  } catch (error) {
    const disk = begun ? undefined : asWriteError(error, path, 'run it again');
    throw disk === undefined ? error : new UsageError(disk.message, { cause: error });
  } finally {
    if (directory !== undefined && !begun) await removeRunDirectory(directory);
    await observers.close();
  }
}

/** Asks the pool about the users, before anybody is asked to go on. */
async function checkFirst(prepared: PreparedRun, { progress }: OutputOptions) {
  const interrupted = onInterrupt(progress, '\nEnding. Nothing was sent.\n');
  const shown = showFindProgress(progress);
  try {
    return await surveyRun(prepared, { signal: interrupted.signal, onProgress: shown.show });
  } catch (error) {
    if (interrupted.signal.aborted) return 'interrupted';
    throw error;
  } finally {
    shown.stop();
    interrupted.forget();
  }
}

interface RunPrepared {
  prepared: PreparedRun;
  /** What a check of the users found, if it was asked for. */
  surveyed: Surveyed | undefined;
  directory: RunDirectory;
  input: InputPlace;
  key: ReturnType<typeof keyFromElsewhere>;
  output: OutputOptions & { yes: boolean };
  observers: Observers;
  onBegun: () => void;
}

async function runPrepared({
  prepared,
  surveyed,
  directory,
  input,
  key,
  output,
  observers,
  onBegun,
}: RunPrepared): Promise<number> {
  const lock = await lockRun(directory.lock, { takeOver: false });
  // Before run.json, which makes the directory a run's: such a one can be resumed whenever its process died.
  const report = await createReport(directory.report, stepsAsked(prepared.request));
  const { record, key: runKey } = await beginRun(directory, prepared, {
    input,
    program: VERSION,
    check: surveyed === undefined ? undefined : await keepCheck(directory, { ...prepared, ...surveyed }),
    readKey: () => key,
  });
  const log = openLog(directory.log, await logPrinter(output.verbose));
  try {
    const heard = hearQueue(log.logger);
    const backend = await openBackend(prepared.location, {
      runId: record.id,
      directory: directory.queue,
      telemetry: observers.telemetry,
      onError: heard.onError,
    });
    for (const warning of await backend.warnings())
      tell(output.progress, 'warning', `warning: ${escapeForTerminal(warning)}\n`);
    await warnOfOpenPasswords(prepared, output.progress);
    onBegun();
    return await watchRun({
      ...prepared,
      record,
      key: runKey,
      directory,
      lock,
      backend,
      queueFault: heard.fault,
      report,
      resumed: false,
      log: log.logger.child({ run: record.id }),
      output,
      yes: output.yes,
      observers,
    });
  } finally {
    await log.close();
    await lock.release();
    await rm(`${directory.queue}.copying`, { recursive: true, force: true });
  }
}

/** Who can read the file has every password in it, whatever this program does. */
async function warnOfOpenPasswords(
  { request }: PreparedRun,
  progress: OutputOptions['progress'],
): Promise<void> {
  if (request.mode !== 'password-column' || request.file === '-') return;
  const { mode } = await stat(request.file);
  if ((mode & 0o077) === 0) return;
  const file = escapeForTerminal(request.file);
  tell(
    progress,
    'warning',
    `warning: other users of this host can read the passwords in ${file}: chmod 600 ${file}\n`,
  );
}
