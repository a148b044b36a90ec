import { ExitCode } from './exit-code.js';
import type { ProgressKind } from './progress.js';
import { tell } from './tell.js';

export interface Interrupt {
  signal: AbortSignal;
  forget(): void;
}

const CALLS_FINISH = '\nEnding: calls in flight finish first. Press Ctrl-C again to leave at once.\n';

/** The first Ctrl-C (or SIGTERM) lets the calls in flight finish; the second leaves at once. Both resume. */
export function onInterrupt(progress: ProgressKind, text = CALLS_FINISH): Interrupt {
  const controller = new AbortController();
  const hear = () => {
    if (controller.signal.aborted) process.exit(ExitCode.interrupted);
    tell(progress, 'message', text);
    controller.abort();
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
  return {
    signal: controller.signal,
    forget: () => {
      process.off('SIGINT', hear);
      process.off('SIGTERM', hear);
    },
  };
}
