import { stopAdvice } from '../cognito/stop-advice.js';
import type { Unfinished } from '../run/ending.js';

/** The run was ended between users, by its `signal`, by leaving the loop, or from another process. `resumePasswords` goes on. */
export class RunInterruptedError extends Error {
  override readonly name = 'RunInterruptedError';
  readonly runDirectory: string;

  constructor(runDirectory: string, why: string, options?: ErrorOptions) {
    super(`The run ended before all rows had their turn: ${why}. It can be resumed.`, options);
    this.runDirectory = runDirectory;
  }
}

/**
 * Something that concerns all users stopped the run: missing permissions, a wrong pool, a full disk, too many failures.
 * No row that was in flight has a line. Mend it, then `resumePasswords` goes on.
 */
export class RunStoppedError extends Error {
  override readonly name = 'RunStoppedError';
  readonly runDirectory: string;
  /** The exception's name as the service spells it, or one of this program's own. */
  readonly error: string;
  /** What to do about it. */
  readonly advice: string;

  constructor(runDirectory: string, stopped: { error: string; message: string; advice: string }) {
    super(`The run stopped: ${stopped.error}: ${stopped.message}`);
    this.runDirectory = runDirectory;
    this.error = stopped.error;
    this.advice = stopped.advice;
  }
}

export function errorOf(ended: Unfinished, runDirectory: string, signal: AbortSignal | undefined): Error {
  switch (ended.kind) {
    case 'stopped': {
      const { error, message, call } = ended.reason;
      return new RunStoppedError(runDirectory, { error, message, advice: stopAdvice(error, call) });
    }
    case 'handed over':
      return new RunInterruptedError(runDirectory, ended.why);
    case 'interrupted':
      return signal?.aborted === true
        ? new RunInterruptedError(runDirectory, 'its signal was aborted', { cause: signal.reason })
        : new RunInterruptedError(runDirectory, 'nobody asked for more outcomes');
  }
}
