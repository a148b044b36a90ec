import { closeSync, constants, openSync } from 'node:fs';
import { type Logger, pino } from 'pino';

export interface RunLog {
  logger: Logger;
  /** Writes what is buffered. */
  close(): Promise<void>;
}

/** Names under which a password could travel; the type that holds one (`Secret`) prints as `[redacted]` anyway. */
const REDACTED_PATHS = ['password', 'Password', '*.password', '*.Password', '*.sealed', 'err.$response'];

/** run.log: JSON lines, 0600, appended to. */
export function openLog(path: string): RunLog {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  const destination = pino.destination({ fd, sync: false });
  const logger = pino(
    {
      level: process.env.COGNITO_BULK_RESET_LOG_LEVEL ?? 'info',
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
  return {
    logger,
    close: () =>
      new Promise((resolve) => {
        destination.flush(() => {
          closeSync(fd);
          resolve();
        });
      }),
  };
}
