#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ReportWriteError } from '../report/report-write-error.js';
import { UsageError } from '../usage-error.js';
import { ExitCode } from './exit-code.js';
import { program } from './program.js';

try {
  process.exitCode = await program(process.argv);
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`cognito-bulk-reset: ${error.message}\n`);
    process.exitCode = ExitCode.usage;
  } else if (error instanceof ReportWriteError) {
    process.stderr.write(`cognito-bulk-reset: ${error.message}\n`);
    process.exitCode = ExitCode.stopped;
  } else if (error instanceof CommanderError) {
    // Commander has printed it already; help and version end with 0.
    process.exitCode = error.exitCode === 0 ? ExitCode.succeeded : ExitCode.usage;
  } else {
    // A fault of this program, not of the person: its stack is of use. It names no value of a row.
    process.stderr.write(
      `cognito-bulk-reset: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = ExitCode.stopped;
  }
}
