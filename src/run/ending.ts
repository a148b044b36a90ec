import type { Logger } from 'pino';
import type { StopReason } from '../../jobs/reset-user.js';

/** How a run came to its end. Only `finished` means that each row has its line. */
export type Ending = { kind: 'finished'; rows: number } | Unfinished;

export type Unfinished =
  | Stopped
  | { kind: 'interrupted' }
  /** Another process has the run from here on; `why` in words. */
  | { kind: 'handed over'; why: string };

export interface Stopped {
  kind: 'stopped';
  reason: StopReason;
}

/** Where all that can end a run comes together: the first one counts. */
export interface RunEnd {
  /** Aborted with the first. */
  signal: AbortSignal;
  readonly how: Ending | undefined;
  end(how: Ending): void;
  stop(reason: StopReason): void;
}

export function createRunEnd(log: Logger): RunEnd {
  const halt = new AbortController();
  let first: Ending | undefined;
  const end = (how: Ending) => {
    first ??= how;
    halt.abort();
  };
  return {
    signal: halt.signal,
    get how() {
      return first;
    },
    end,
    stop: (reason) => {
      log.error({ error: reason.error, reason: reason.message }, 'the run stops');
      end({ kind: 'stopped', reason });
    },
  };
}

/** A stop for something that goes wrong outside of the calls: with the report, or the input. */
export function stopFor({ name, message }: Error): StopReason {
  return { error: name, message };
}

/** What the workers of other processes are told. */
export function stopForOthers(how: Ending | undefined): StopReason {
  return how?.kind === 'stopped'
    ? how.reason
    : { error: 'RunInterrupted', message: 'The run was interrupted.' };
}
