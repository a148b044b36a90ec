import { existsSync, type Stats } from 'node:fs';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { escapeForTerminal } from '../report/terminal-text.js';
import { UsageError } from '../usage-error.js';

/** The files of one run. Directories are 0700 and files 0600: usernames are personal data. */
export interface RunDirectory {
  path: string;
  record: string;
  report: string;
  /** The report as a page. */
  page: string;
  summary: string;
  failed: string;
  log: string;
  key: string;
  queue: string;
  /** The copy of standard input. */
  input: string;
  /** The same, of one that holds passwords. */
  sealedInput: string;
  /** Of a retry: which rows of the input it is of. */
  rows: string;
  lock: string;
  /** What the pool said of the users, with `--check-users`. */
  check: string;
  /** The generated passwords, encrypted, with `run --recipient`. */
  credentials: string;
  /** The names of the users whom the run must not reset. */
  protectedUsers: string;
  /** What `verify` found. */
  verify: string;
  /** What came of each user that `enable` enabled again. */
  enabled: string;
  /** The latest snapshot of the live run, for `status`. */
  live: string;
  /** What another terminal asks of the live run. */
  control: string;
}

export function runDirectory(path: string): RunDirectory {
  const at = (name: string) => join(resolve(path), name);
  return {
    path: resolve(path),
    record: at('run.json'),
    report: at('report.csv'),
    page: at('report.html'),
    summary: at('summary.json'),
    failed: at('failed.csv'),
    log: at('run.log'),
    key: at('run.key'),
    queue: at('queue'),
    input: at('input.csv'),
    sealedInput: at('input.sealed'),
    rows: at('rows.csv'),
    lock: at('run.lock'),
    check: at('check.csv'),
    credentials: at('credentials.csv.age'),
    protectedUsers: at('protected.json'),
    verify: at('verify.csv'),
    enabled: at('enabled.csv'),
    live: at('live.json'),
    control: at('control.json'),
  };
}

/** Makes the directory of a new run. Throws UsageError when something is there already. */
export async function createRunDirectory(path: string): Promise<RunDirectory> {
  const directory = runDirectory(path);
  await mkdir(join(directory.path, '..'), { recursive: true, mode: 0o700 }).catch((error: Error) => {
    throw new UsageError(`The run directory ${path} can’t be made: ${error.message}.`);
  });
  await mkdir(directory.path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'EEXIST'
        ? whatIsThere(directory)
        : `The run directory ${path} can’t be made: ${error.message}.`,
    );
  });
  return directory;
}

function whatIsThere({ path, record }: RunDirectory): string {
  return existsSync(record)
    ? `${path} exists already. To go on with that run: cognito-bulk-reset resume ${path}`
    : `${path} exists already and no run has begun in it: choose another directory, or remove it.`;
}

/**
 * The directory of an earlier run, to look into it. A link is refused: it may lead where somebody else wants the files.
 *
 * @throws UsageError if it is none
 */
export async function lookIntoRunDirectory(path: string): Promise<RunDirectory> {
  await statOf(path);
  return runDirectory(path);
}

/**
 * The directory of an earlier run, to go on with it: nobody else may have a hand in its files.
 *
 * @throws UsageError if it is none, is a link or holds one, belongs to somebody else, or others may write to it
 */
export async function openRunDirectory(path: string): Promise<RunDirectory> {
  const { uid, mode } = await statOf(path);
  const shown = escapeForTerminal(path);
  // Windows knows neither.
  const self = process.geteuid?.();
  if (self !== undefined && uid !== self) {
    throw new UsageError(
      `${shown} belongs to another user (uid ${uid}), who can change its files while the run goes on: run this as that user.`,
    );
  }
  if (self !== undefined && (mode & 0o022) !== 0) {
    throw new UsageError(
      `${shown} can be written to by other users (mode ${(mode & 0o777).toString(8).padStart(4, '0')}): see that its files are as the run left them, then run chmod 700 on it.`,
    );
  }
  const entries = await readdir(path, { withFileTypes: true });
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link !== undefined) {
    throw new UsageError(
      `${shown}/${escapeForTerminal(link.name)} is a symbolic link, which could lead the run astray: put the file itself there.`,
    );
  }
  return runDirectory(path);
}

async function statOf(path: string): Promise<Stats> {
  const shown = escapeForTerminal(path);
  // Resolved, because a slash behind a link's name would stand for what it leads to.
  const stat = await lstat(resolve(path)).catch(() => undefined);
  if (stat === undefined) throw new UsageError(`There is no run directory ${shown}.`);
  if (stat.isSymbolicLink()) throw new UsageError(`${shown} is a symbolic link: give the directory itself.`);
  if (!stat.isDirectory()) throw new UsageError(`${shown} is not a directory.`);
  return stat;
}

export async function removeRunDirectory(directory: RunDirectory): Promise<void> {
  await rm(directory.path, { recursive: true, force: true });
}
