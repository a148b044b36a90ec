import { isatty } from 'node:tty';
import { ExitCode } from './exit-code.js';
import type { ProgressKind } from './progress.js';
import { tell } from './tell.js';

export interface Interrupt {
  signal: AbortSignal;
  forget(): void;
}

const CALLS_FINISH = '\nEnding: calls in flight finish first. Press Ctrl-C again to leave at once.\n';

/**
 * The first Ctrl-C (or SIGTERM) lets the calls in flight finish; the second leaves at once. Both resume. A terminal that is
 * closed ends the program like the first. Without one it goes on: it was started with nohup, for which Node has no ear, as it
 * takes the ignored SIGHUP back at its start.
 */
export function onInterrupt(progress: ProgressKind, text = CALLS_FINISH): Interrupt {
  const controller = new AbortController();
  // Asked now: once it is closed, it is none any more.
  const hasTerminal = [0, 1, 2].some((fd) => isatty(fd));
  // Both the shell and the system may send it, so a second one is no second wish.
  const hangUp = () => {
    if (hasTerminal) controller.abort();
  };
  const hear = () => {
    if (controller.signal.aborted) process.exit(ExitCode.interrupted);
    tell(progress, 'message', text);
    controller.abort();
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
  process.on('SIGHUP', hangUp);
  return {
    signal: controller.signal,
    forget: () => {
      process.off('SIGINT', hear);
      process.off('SIGTERM', hear);
      process.off('SIGHUP', hangUp);
    },
  };
}
