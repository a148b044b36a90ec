/** Which jobs this process surely still holds the lock of, by two clocks. */
export interface HeldLocks {
  /** What the clocks say, or said `ago` ms before: kept by who asks for a lock, as its time begins before the answer is read. */
  now(ago?: number): Moment;
  /** The job was asked for then and taken, under this token. */
  taken(jobId: string, token: string, asked: Moment): void;
  /** The lock under this token was extended, as was asked then. */
  extended(jobId: string, token: string, asked: Moment): void;
  /** Whether the lock under this token can't have ended yet. */
  isSure(jobId: string, token: string): boolean;
  forget(jobId: string, token: string): void;
}

/** The time by each clock, in ms. */
export type Moment = readonly number[];

interface HeldLock {
  token: string;
  since: Moment;
}

/**
 * A process that was stopped and goes on (SIGSTOP, a laptop that slept) has its jobs in hand as if nothing had
 * happened, while another worker may have done them long since. Both clocks are asked: the monotonic one stands still
 * while a machine sleeps, and the other one may be set back.
 *
 * Nor need it be another worker: when the queue was away for longer than a lock lasts, it may give a job to the very
 * process that still has it in hand. The queue gives out a job only when its lock has ended, so the last taking counts.
 *
 * A process may stand still, and a network too, while the answer is on its way: a lock that it tells of may have ended by then.
 *
 * @param lockDuration in ms
 */
export function createHeldLocks(
  lockDuration: number,
  clocks: readonly (() => number)[] = [() => performance.now(), Date.now],
): HeldLocks {
  const locks = new Map<string, HeldLock>();
  return {
    now: (ago = 0) => clocks.map((clock) => clock() - ago),
    taken: (jobId, token, since) => {
      locks.set(jobId, { token, since });
    },
    extended: (jobId, token, since) => {
      if (locks.get(jobId)?.token === token) locks.set(jobId, { token, since });
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
