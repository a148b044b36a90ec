/** Which jobs this process surely still holds the lock of, by two clocks. */
export interface HeldLocks {
  /** The job's lock was taken or extended just now. */
  held(jobId: string): void;
  /** Whether its lock can't have ended yet. */
  isSure(jobId: string): boolean;
  forget(jobId: string): void;
}

/**
 * A process that was stopped and goes on (SIGSTOP, a laptop that slept) has its jobs in hand as if nothing had
 * happened, while another worker may have done them long since. Both clocks are asked: the monotonic one stands still
 * while a machine sleeps, and the other one may be set back.
 *
 * @param lockDuration in ms
 */
export function createHeldLocks(
  lockDuration: number,
  clocks: readonly (() => number)[] = [() => performance.now(), Date.now],
): HeldLocks {
  const locks = new Map<string, number[]>();
  return {
    held: (jobId) => {
      locks.set(
        jobId,
        clocks.map((clock) => clock()),
      );
    },
    isSure: (jobId) => {
      const since = locks.get(jobId);
      return since !== undefined && clocks.every((clock, n) => clock() - (since[n] ?? 0) < lockDuration);
    },
    forget: (jobId) => {
      locks.delete(jobId);
    },
  };
}
