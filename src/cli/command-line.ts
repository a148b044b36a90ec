import { CommanderError } from 'commander';
import { stopAdvice } from '../cognito/stop-advice.js';
import { QueueNotOpenedError } from '../queue/queue-fault.js';
import { ManifestChangedError } from '../manifest/changed-error.js';
import { withoutUrlPasswords } from '../queue/url-passwords.js';
import { asWriteError } from '../report/report-write-error.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { UsageError } from '../usage-error.js';
import { ExitCode } from './exit-code.js';
import { faultText } from './fault-text.js';
import { program } from './program.js';
import { goOnUnread } from './readers.js';

/** How long connections may take to end, in ms, when all is done and said. */
const LINGER = 2_000;

// Also for a rejection that nobody handles. Node itself would print all that hangs together with the error.
process.on('uncaughtException', (error) => {
  sayFault(error);
  process.exit(ExitCode.stopped);
});

goOnUnread();

try {
  process.exitCode = await program(process.argv);
} catch (error) {
  if (error instanceof UsageError || error instanceof ManifestChangedError) {
    process.stderr.write(`cognito-bulk-reset: ${escapeForTerminal(withoutUrlPasswords(error.message))}\n`);
    process.exitCode = ExitCode.usage;
  } else if (error instanceof CommanderError) {
    // Commander has printed it already; help and version end with 0.
    process.exitCode = error.exitCode === 0 ? ExitCode.succeeded : ExitCode.usage;
  } else if (error instanceof QueueNotOpenedError) {
    process.stderr.write(
      `cognito-bulk-reset: ${escapeForTerminal(error.message)}\n${stopAdvice('QueueFault')}\n`,
    );
    process.exitCode = ExitCode.stopped;
  } else {
    const disk = asWriteError(error, 'The run directory');
    if (disk === undefined) sayFault(error);
    else process.stderr.write(`cognito-bulk-reset: ${escapeForTerminal(disk.message)}\n`);
    process.exitCode = ExitCode.stopped;
  }
}
// A connection to a queue that fell silent would keep the program, which has done all it could, alive.
setTimeout(() => process.exit(), LINGER).unref();

/** A fault of this program, not of the person. */
function sayFault(error: unknown): void {
  process.stderr.write(`cognito-bulk-reset: ${faultText(error)}\n`);
}
