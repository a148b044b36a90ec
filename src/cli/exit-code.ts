/** The program's exit codes, as the README and `--help` name them. */
export const ExitCode = {
  /** Every row succeeded. */
  succeeded: 0,
  /** Finished, and some rows failed or were skipped. */
  someFailed: 1,
  /** Usage or input; nothing was sent. */
  usage: 2,
  /** Stopped, and can be resumed. */
  stopped: 3,
  /** Interrupted by Ctrl-C or SIGTERM, and can be resumed. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
