import { Readable } from 'node:stream';
import { stat } from 'node:fs/promises';
import { type InputPlace, inputText } from '../manifest/manifest.js';
import { stopAdvice } from '../cognito/stop-advice.js';
import { asWriteError } from '../report/report-write-error.js';
import { QueueNotOpenedError } from '../queue/queue-fault.js';
import { createRunDirectory, type RunDirectory, removeRunDirectory } from '../run/directory.js';
import { keyFromElsewhere } from '../run/key-source.js';
import { launchRun } from '../run/launch.js';
import { type PreparedRun, prepareRun, type RetryOf } from '../run/prepare.js';
import { defaultRunDirectory, type RunRequest } from '../run/request.js';
import { surveyRun } from '../run/survey-run.js';
import { takeIn } from '../run/take-in.js';
import { openObservers } from '../telemetry/observers.js';
import type { Ui } from '../ui/serve-ui.js';
import { openUi } from './open-ui.js';
import { UsageError } from '../usage-error.js';
import { confirm } from './confirm.js';
import { ExitCode } from './exit-code.js';
import { showFindProgress } from './find-progress.js';
import { onInterrupt } from './interrupt.js';
import { planScreen } from './plan-screen.js';
import type { OutputOptions } from './output.js';
import { logPrinter } from './print-log.js';
import { tell, warn } from './tell.js';
import { watchRun } from './watch-run.js';

/** `run`, and `retry` of some rows: check, show, ask, make the run directory, run. Answers the exit code. */
export async function startRun(
  request: RunRequest,
  output: OutputOptions & { yes: boolean },
  retryOf?: RetryOf,
): Promise<number> {
  const path = request.runDir ?? defaultRunDirectory(request.file, new Date());
  const observers = await openObservers(output.metrics);
  let ui: Ui | undefined;
  let directory: RunDirectory | undefined;
  let begun = false;
  try {
    ui = await openUi(output.ui);
    let key = keyFromElsewhere();
    let input: InputPlace = { path: request.file };
    const sealed = retryOf?.sealedInput;
    // Standard input can be read only once, so its copy comes first; it goes again if nothing is sent.
    if (request.file === '-' || sealed !== undefined) {
      directory = await createRunDirectory(path);
      const source = sealed === undefined ? process.stdin : Readable.from(inputText(sealed));
      const holdsPasswords = request.mode === 'password-column' || sealed !== undefined;
      const taken = await takeFirst(source, directory, { holdsPasswords, key }, output);
      if (taken === 'interrupted') return ExitCode.interrupted;
      ({ input, key } = taken);
    }
    const prepared = await prepareRun(request, input, retryOf);
    const surveyed = request.checkUsers ? await checkFirst(prepared, output) : undefined;
    if (surveyed === 'interrupted') return ExitCode.interrupted;
    tell(output.progress, 'plan', planScreen(prepared, path, new Date(), surveyed));
    const answer = await confirm(prepared, output.yes);
    if (answer !== 'yes') {
      tell(output.progress, 'ended', 'Nothing was sent.\n');
      return answer === 'interrupted' ? ExitCode.interrupted : ExitCode.usage;
    }
    directory ??= await createRunDirectory(path);
    await warnOfOpenPasswords(prepared, output.progress);
    return await launchRun(
      {
        prepared,
        surveyed,
        directory,
        input,
        key,
        telemetry: observers.telemetry,
        print: await logPrinter(output.verbose),
        onWarning: (text) => warn(output.progress, text),
        onBegun: () => (begun = true),
      },
      (run) => watchRun({ ...run, output, yes: output.yes, observers, ui }),
    );
  } catch (error) {
    if (error instanceof QueueNotOpenedError)
      throw new UsageError(`${error.message}\n${stopAdvice('QueueFault')}`, { cause: error });
    const disk = begun ? undefined : asWriteError(error, path, 'run it again');
    throw disk === undefined ? error : new UsageError(disk.message, { cause: error });
  } finally {
    if (directory !== undefined && !begun) await removeRunDirectory(directory);
    await ui?.close();
    await observers.close();
  }
}

/** Copies what can be read only once. Whoever ends it before its end leaves nothing behind. */
async function takeFirst(
  source: Readable,
  directory: RunDirectory,
  how: Parameters<typeof takeIn>[2],
  { progress }: OutputOptions,
) {
  const interrupted = onInterrupt(progress, '\nEnding. Nothing was sent.\n');
  try {
    return await takeIn(source, directory, { ...how, signal: interrupted.signal });
  } catch (error) {
    if (interrupted.signal.aborted) return 'interrupted';
    throw error;
  } finally {
    interrupted.forget();
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

/** Who can read the file has every password in it, whatever this program does. */
async function warnOfOpenPasswords(
  { request }: PreparedRun,
  progress: OutputOptions['progress'],
): Promise<void> {
  if (request.mode !== 'password-column' || request.file === '-') return;
  const { mode } = await stat(request.file);
  if ((mode & 0o077) === 0) return;
  warn(
    progress,
    `other users of this host can read the passwords in ${request.file}: chmod 600 ${request.file}`,
  );
}
