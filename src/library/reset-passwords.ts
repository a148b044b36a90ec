import { existsSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { InputPlace } from '../manifest/manifest.js';
import { conductRun, type Onlooker, type OpenedRun } from '../run/conduct.js';
import {
  createRunDirectory,
  openRunDirectory,
  runDirectory,
  type RunDirectory,
  removeRunDirectory,
} from '../run/directory.js';
import type { Unfinished } from '../run/ending.js';
import type { Finished } from '../run/finish.js';
import { keyFromElsewhere } from '../run/key-source.js';
import { launchRun } from '../run/launch.js';
import { prepareRun } from '../run/prepare.js';
import { reopenRun } from '../run/reopen.js';
import { takeIn } from '../run/take-in.js';
import { protectedNames, withProtectedUsers } from '../run/whom-to-protect.js';
import { UsageError } from '../usage-error.js';
import { followRun, type PasswordReset } from './follow-run.js';
import {
  type Asked,
  askedOf,
  type ResetOptions,
  type RunSettings,
  type Settings,
  settingsOf,
  type UserToReset,
} from './options.js';

/**
 * Sets a new password for every user of a file or an iterable (AdminSetUserPassword), within the quota. It asks nobody and
 * begins at once: whoever calls it has confirmed it.
 *
 * Nothing is written to standard output or error, and no signal is heard; the run directory holds report, log and key, as
 * that of the command line does, and either can go on with the other's run. The files are their owner's alone; the process's
 * umask is left as it is.
 *
 * @example
 * ```ts
 * const run = resetPasswords({
 *   users: 'users.csv',
 *   poolId: 'eu-west-1_AbCdEf123',
 *   passwords: { kind: 'generate' },
 * });
 * for await (const outcome of run) {
 *   if (outcome.status !== 'succeeded') console.error(outcome.username, outcome.error);
 * }
 * console.log((await run.summary).byStatus);
 * ```
 *
 * @throws UsageError for options that can't be; what is found later (no such file, no such pool) rejects the loop and the summary
 */
export function resetPasswords(options: ResetOptions): PasswordReset {
  const asked = askedOf(options);
  const { signal } = asked.settings;
  return followRun(runDirectory(asked.runDirectory).path, signal, async (onlooker, onOpened) => {
    // The organisation's configuration holds here too.
    const request = await withProtectedUsers(asked.request, []);
    let directory: RunDirectory | undefined;
    let begun = false;
    try {
      let input: InputPlace = { path: request.file };
      let key = keyFromElsewhere();
      if (asked.users !== undefined) {
        directory = await createRunDirectory(asked.runDirectory);
        const holdsPasswords = request.mode === 'password-column';
        ({ input, key } = await takeIn(csvOf(asked.users, asked), directory, { holdsPasswords, key }));
      }
      const prepared = await prepareRun(request, input);
      directory ??= await createRunDirectory(asked.runDirectory);
      const onBegun = () => (begun = true);
      const launch = { ...surroundings(asked.settings), prepared, directory, input, key, onBegun };
      return await launchRun(launch, (run) => {
        onOpened(run);
        return conductAndWarn(run, onlooker, launch.onWarning);
      });
    } finally {
      if (directory !== undefined && !begun) await removeRunDirectory(directory);
    }
  });
}

/**
 * Goes on with a run that was interrupted, stopped or killed, where its report ends; its outcomes are those of the rows from
 * there on. What was asked is in its run.json.
 *
 * @throws UsageError for options that can't be; a directory that is none, or whose run has ended, rejects the loop and the summary
 */
export function resumePasswords(path: string, options: RunSettings = {}): PasswordReset {
  const settings = settingsOf(options);
  return followRun(runDirectory(path).path, settings.signal, async (onlooker, onOpened) => {
    const directory = await openRunDirectory(path);
    if (existsSync(directory.summary))
      throw new UsageError(`The run has ended: its result is in ${directory.summary}.`);
    const { queue, profile } = settings;
    const protect = [...settings.protect, ...(await protectedNames([]))];
    const anew = { queue, profile, protect, takeOver: false };
    const around = surroundings(settings);
    return reopenRun(directory, { ...around, ...anew, onCheck: () => undefined }, (run) => {
      onOpened(run);
      return conductAndWarn(run, onlooker, around.onWarning);
    });
  });
}

function surroundings({ onWarning }: Settings) {
  return { telemetry: undefined, print: undefined, onWarning: onWarning ?? (() => undefined) };
}

async function conductAndWarn(
  run: OpenedRun,
  onlooker: Onlooker,
  onWarning: (text: string) => void,
): Promise<Finished | Unfinished> {
  const ended = await conductRun(run, { ...onlooker, onNeighbours: onWarning });
  if ('summary' in ended && ended.queueLeft !== undefined) onWarning(ended.queueLeft);
  return ended;
}

/** Users one by one as a manifest: with a column of passwords where they are what is set. */
function csvOf(users: Exclude<Asked['users'], undefined>, { request }: Asked): Readable {
  const withPasswords = request.mode === 'password-column';
  const rows = async function* () {
    yield withPasswords ? ['username', request.passwordColumn] : ['username'];
    for await (const user of users) yield withPasswords ? [nameOf(user), passwordOf(user)] : [nameOf(user)];
  };
  // What goes wrong in the iterable goes on to whoever reads this.
  return pipeline(Readable.from(rows()), stringify(), () => undefined);
}

function nameOf(user: UserToReset): string {
  return typeof user === 'string' ? user : user.username;
}

function passwordOf(user: UserToReset): string {
  if (typeof user === 'string') throw new UsageError('users: each needs a password, { username, password }.');
  return user.password;
}
