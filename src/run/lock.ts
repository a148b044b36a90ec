import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { errorCode, ReportWriteError } from '../report/report-write-error.js';
import { UsageError } from '../usage-error.js';
import { processStart } from './process-start.js';

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** ISO 8601 UTC. */
  since: z.string(),
  /** When the process began, where the system tells: its pid may be another's by now. */
  started: z.string().optional(),
  /** Tells this lock from any other. */
  id: z.string().optional(),
});
export type LockHolder = z.infer<typeof holderSchema>;

export interface RunLock {
  /** The process that has taken the run over from this one; undefined as long as none has. */
  takenOverBy(): Promise<LockHolder | undefined>;
  release(): Promise<void>;
}

export interface LockOptions {
  /** Whether a lock of another host is taken. */
  takeOver: boolean;
  /** What is locked, in words. @default 'The run' */
  what?: string;
  /** What to do about a lock of another host whose process is dead. @default 'add --take-over' */
  ifDead?: string;
}

/** Taking over or releasing takes a few file operations; a process that died in the midst of it is not waited for. */
const GUARD_IS_DEAD = 10_000;
const GUARD_RETRY = 20;

/**
 * Takes the run directory (or what else has a lock) for this process. A lock of a process that is dead (same host) is taken over; one of
 * another host only when asked to, as nobody here can know whether it still runs.
 *
 * @throws UsageError naming the process that has it. ReportWriteError if the directory can't be written.
 */
export async function lockRun(path: string, options: LockOptions): Promise<RunLock> {
  const id = randomUUID();
  const draft = `${path}.${id}`;
  await writeLock(draft, path, id);
  try {
    // A link appears whole or not at all, so no other process ever reads half a lock.
    while (!(await linked(draft, path))) {
      const holder = await readHolder(path);
      if (holder !== undefined) await refuseIfHeld(holder, options);
      await guarded(path, async () => {
        // Another one may have been faster; then it is refused like any other in the next turn.
        if ((await readHolder(path))?.id === holder?.id) await rm(path, { force: true });
      });
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    takenOverBy: async () => {
      const holder = await readHolder(path);
      return holder?.id === id ? undefined : holder;
    },
    release: () =>
      guarded(path, async () => {
        if ((await readHolder(path))?.id === id) await rm(path, { force: true });
        // What can't be removed is a dead process's lock soon.
      }).catch(() => undefined),
  };
}

/** The process that has the run, unless it is known to be dead. One of another host may be either. */
export async function runningProcess(path: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(path);
  return holder !== undefined && (await isDead(holder)) ? undefined : holder;
}

async function writeLock(draft: string, path: string, id: string): Promise<void> {
  const { pid } = process;
  const started = await processStart(pid);
  const mine: LockHolder = { pid, host: hostname(), since: new Date().toISOString(), started, id };
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 }).catch((error: unknown) => {
    throw new ReportWriteError(path, error);
  });
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new ReportWriteError(path, error);
  }
}

async function refuseIfHeld(
  holder: LockHolder,
  { takeOver, what = 'The run', ifDead = 'add --take-over' }: LockOptions,
): Promise<void> {
  const { pid, host, since } = holder;
  if (host === hostname()) {
    if (await isDead(holder)) return;
    throw new UsageError(`${what} is under way in process ${pid} on ${host} since ${since}.`);
  }
  if (takeOver) return;
  throw new UsageError(
    `${what} was taken by process ${pid} on ${host} at ${since}: if it is dead, ${ifDead}.`,
  );
}

/** Only one process at a time takes a lock away: what it read of the lock is still so when it removes it. */
async function guarded(path: string, act: () => Promise<void>): Promise<void> {
  const guard = `${path}.guard`;
  for (;;) {
    try {
      await mkdir(guard, { mode: 0o700 });
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw new ReportWriteError(path, error);
    }
    const made = await stat(guard).catch(() => undefined);
    // One of the future was made before the clock was set back.
    if (made !== undefined && Math.abs(Date.now() - made.mtimeMs) > GUARD_IS_DEAD)
      await rmdir(guard).catch(() => undefined);
    else await sleep(GUARD_RETRY);
  }
  try {
    await act();
  } finally {
    await rmdir(guard).catch(() => undefined);
  }
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    // Not one of this program's locks, or emptied by a power cut.
    return undefined;
  }
}

/** Whether its process surely runs no more. Signal 0 asks only. */
async function isDead({ pid, host, started }: LockHolder): Promise<boolean> {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and somebody else's.
    if (errorCode(error) !== 'EPERM') return true;
  }
  const now = await processStart(pid);
  // Where the system doesn't tell, this process itself is the only one that is surely not the holder.
  return started === undefined || now === undefined ? pid === process.pid : started !== now;
}
