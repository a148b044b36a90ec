import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { UsageError } from '../usage-error.js';

const holderSchema = z.object({ pid: z.int().positive(), host: z.string(), since: z.string() });
export type LockHolder = z.infer<typeof holderSchema>;

export interface RunLock {
  release(): Promise<void>;
}

/**
 * Takes the run directory for this process. A lock of a process that is dead (same host) is taken over; one of
 * another host only when asked to, as nobody here can know whether it still runs.
 *
 * @throws UsageError naming the process that has it
 */
export async function lockRun(path: string, options: { takeOver: boolean }): Promise<RunLock> {
  const holder = await readHolder(path);
  if (holder !== undefined) {
    const here = holder.host === hostname();
    if (here && isAlive(holder.pid)) {
      throw new UsageError(
        `The run is under way in process ${holder.pid} on ${holder.host} since ${holder.since}.`,
      );
    }
    if (!here && !options.takeOver) {
      throw new UsageError(
        `The run was taken by process ${holder.pid} on ${holder.host} at ${holder.since}: if it is dead, add --take-over.`,
      );
    }
    await rm(path, { force: true });
  }
  const mine: LockHolder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 }).catch((error: Error) => {
    throw new UsageError(`The run can’t be locked: ${error.message}.`);
  });
  try {
    // A link appears whole or not at all, so no other process ever reads half a lock.
    await link(draft, path);
  } catch {
    throw new UsageError('Another process took the run at this very moment.');
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => rm(path, { force: true }) };
}

/** The process that has the run, unless it is known to be dead. One of another host may be either. */
export async function runningProcess(path: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(path);
  const dead = holder !== undefined && holder.host === hostname() && !isAlive(holder.pid);
  return dead ? undefined : holder;
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    // Not one of this program's locks.
    return undefined;
  }
}

/** Whether a process of this host is alive: signal 0 asks only. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
