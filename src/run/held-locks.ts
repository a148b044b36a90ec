/** Which jobs this process surely still holds the lock of, by two clocks. */
export interface HeldLocks {
  /** The job was taken just now, under this token. */
  taken(jobId: string, token: string): void;
  /** The lock under this token was extended just now; without one, that under which the job was last taken. */
  extended(jobId: string, token?: string): void;
  /** Whether the lock under this token can't have ended yet. */
  isSure(jobId: string, token: string): boolean;
  forget(jobId: string, token: string): void;
}

interface HeldLock {
  token: string;
  /** By each clock. */
  since: readonly number[];
}

/**
 * A process that was stopped and goes on (SIGSTOP, a laptop that slept) has its jobs in hand as if nothing had
 * happened, while another worker may have done them long since. Both clocks are asked: the monotonic one stands still
 * while a machine sleeps, and the other one may be set back.
 *
 * Nor need it be another worker: when the queue was away for longer than a lock lasts, it may give a job to the very
 * process that still has it in hand. The queue gives out a job only when its lock has ended, so the last taking counts.
 *
 * @param lockDuration in ms
 */
export function createHeldLocks(
  lockDuration: number,
  clocks: readonly (() => number)[] = [() => performance.now(), Date.now],
): HeldLocks {
  const locks = new Map<string, HeldLock>();
  const hold = (jobId: string, token: string) => {
    locks.set(jobId, { token, since: clocks.map((clock) => clock()) });
  };
  return {
    taken: hold,
    extended: (jobId, token) => {
      const held = locks.get(jobId);
      if (held !== undefined && (token ?? held.token) === held.token) hold(jobId, held.token);
    },
    isSure: (jobId, token) => {
      const held = locks.get(jobId);
      return (
        held?.token === token && clocks.every((clock, n) => clock() - (held.since[n] ?? 0) < lockDuration)
      );
    },
    forget: (jobId, token) => {
      if (locks.get(jobId)?.token === token) locks.delete(jobId);
    },
  };
}
