import { existsSync } from 'node:fs';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { createGetUser } from '../cognito/get-user.js';
import { createListUsers } from '../cognito/list-users.js';
import { describePool } from '../cognito/pool.js';
import { createSignIn, type SignedIn } from '../cognito/sign-in.js';
import { clientOfRun } from '../run/client-of-run.js';
import { openRunDirectory, type RunDirectory } from '../run/directory.js';
import type { RunRecord } from '../run/record.js';
import { type Standing, standingOf } from '../run/standing.js';
import { UsageError } from '../usage-error.js';
import { askPool, type Asking } from '../verify/ask-pool.js';
import { passwordsOfSample } from '../verify/sample-passwords.js';
import { expectedOf } from '../verify/expected.js';
import { drawSample, trySample } from '../verify/sign-in-sample.js';
import { writeVerifyFile } from '../verify/verify-file.js';
import { ExitCode } from './exit-code.js';
import { showFindProgress } from './find-progress.js';
import { onInterrupt } from './interrupt.js';
import { keyOfRun, refuseDestroyedKey } from '../run/key-source.js';
import type { ProgressKind } from './progress.js';
import { tell } from './tell.js';
import { verifyJson, verifyScreen } from './verify-screen.js';
import { counted } from './words.js';

/** What was asked for on the command line. */
interface Options {
  /** Each user is asked for alone. */
  exact: boolean;
  /** Users to sign in as, through this app client. */
  signInSample?: number | undefined;
  clientId?: string | undefined;
  profile?: string | undefined;
  json: boolean;
  progress: ProgressKind;
}

/** `verify`: asks the pool about each user who succeeded. Answers the exit code. */
export async function verifyRun(path: string, options: Options): Promise<number> {
  const { progress, json } = options;
  const directory = await openRunDirectory(path);
  const standing = await standingOf(directory);
  const { record } = standing;
  if (options.signInSample !== undefined && record.mode === 'discard') {
    throw new UsageError('Nobody has the passwords of this run (--discard): nobody can sign in with them.');
  }
  if (options.signInSample !== undefined && needsKey(record)) refuseDestroyedKey(record, directory);
  if (options.signInSample !== undefined && isDisabled(record, directory)) {
    throw new UsageError('This run has disabled its users: they can sign in when they are enabled again.');
  }
  const client = clientOfRun(record, options);
  const pool = await describePool(client, record.pool.id);
  if (standing.kind !== 'finished' && progress !== 'none')
    tell(progress, 'message', 'The run has not finished: these are the rows that succeeded so far.\n');

  const interrupted = onInterrupt(progress, '\nEnding.\n');
  const shown = showFindProgress(progress);
  try {
    const { signal } = interrupted;
    const expected = await expectedOf(record, directory);
    const users = await askPool({
      report: directory.report,
      pool,
      expected,
      asking: askingOf(options, client, pool.id, signal),
      signal,
      onProgress: shown.show,
      onAskAgain: (rows) => {
        shown.stop();
        if (progress === 'none') return;
        const some = counted(rows, 'row');
        tell(progress, 'message', `${some} not as expected yet; asked for once more in a moment.\n`);
      },
    });
    shown.stop();
    const signedIn = await signInAsSome(options, { client, directory, standing, signal });
    const verified = await writeVerifyFile({
      path: directory.verify,
      report: directory.report,
      users,
      expected,
      signedIn,
    });
    const result = { record, verified, signedIn, exact: options.exact, file: directory.verify };
    process.stdout.write(json ? `${JSON.stringify(verifyJson(result))}\n` : verifyScreen(result));
    return verified.byVerdict.agrees === verified.rows ? ExitCode.succeeded : ExitCode.someFailed;
  } catch (error) {
    if (interrupted.signal.aborted) return ExitCode.interrupted;
    throw error;
  } finally {
    shown.stop();
    interrupted.forget();
  }
}

function isDisabled({ steps }: RunRecord, directory: RunDirectory): boolean {
  return steps?.asked.includes('disabled') === true && !existsSync(directory.enabled);
}

/** To have the passwords: one of an ordinary file is read from there. */
function needsKey({ mode, input }: RunRecord): boolean {
  return mode === 'generate' || input.sealed === true;
}

function askingOf(
  { exact }: Options,
  client: CognitoIdentityProviderClient,
  poolId: string,
  signal: AbortSignal,
): Asking {
  return exact
    ? { kind: 'each', getUser: createGetUser(client, poolId, signal) }
    : { kind: 'list', listUsers: createListUsers(client, signal) };
}

async function signInAsSome(
  { signInSample, clientId }: Options,
  run: {
    client: CognitoIdentityProviderClient;
    directory: RunDirectory;
    standing: Standing;
    signal: AbortSignal;
  },
): Promise<Map<number, SignedIn>> {
  if (signInSample === undefined || clientId === undefined) return new Map();
  const { client, directory, standing, signal } = run;
  const key = needsKey(standing.record) ? keyOfRun(standing.record, directory) : undefined;
  const sample = await drawSample(directory.report, signInSample);
  const passwords = await passwordsOfSample(sample, { record: standing.record, directory, key });
  return trySample(sample, passwords, createSignIn(client, clientId, signal));
}
