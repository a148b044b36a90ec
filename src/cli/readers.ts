import { errorCode } from '../report/report-write-error.js';
import { ExitCode } from './exit-code.js';

/** A pipe whose reader has ended (`head`), and a terminal that was closed. */
const GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

const gone = new AbortController();
/** Aborted once nobody reads standard output any more: for what does nothing but show. */
export const outputUnread: AbortSignal = gone.signal;

/** Goes on without readers of standard output and standard error: what is under way comes to its end all the same. */
export function goOnUnread(): void {
  process.stdout.on('error', (error) => {
    const code = errorCode(error);
    if (GONE.has(code)) return gone.abort();
    // Who waits for the stream (a pipeline) hears it too, and says it better.
    if (process.stdout.listenerCount('error') > 1) return;
    process.stderr.write(`cognito-bulk-reset: standard output could not be written (${code}).\n`);
    process.exit(ExitCode.stopped);
  });
  // There is nowhere left to say it.
  process.stderr.on('error', () => undefined);
}
