import { constants, openSync } from 'node:fs';
import { type DestinationStream, levels, type Logger, pino } from 'pino';
import { UsageError } from '../usage-error.js';
import { withoutUrlPasswords } from '../queue/url-passwords.js';

export interface RunLog {
  logger: Logger;
  /** Writes what is buffered. */
  close(): Promise<void>;
}

/** Names under which a password could travel; the type that holds one (`Secret`) prints as `[redacted]` anyway. */
const SECRET_NAMES = ['password', 'Password', 'sealed'];
const REDACTED_PATHS = ['', '*.', '*.*.', '*.*.*.'].flatMap((at) => SECRET_NAMES.map((name) => at + name));
const CAUSES_LOGGED = 4;

/**
 * A logger of JSON lines, at COGNITO_BULK_RESET_LOG_LEVEL.
 *
 * @throws UsageError for a level that is none
 */
export function createLogger(destination: DestinationStream): Logger {
  const level = process.env.COGNITO_BULK_RESET_LOG_LEVEL ?? 'info';
  if (level !== 'silent' && !Object.values(levels.labels).includes(level)) {
    throw new UsageError(
      `COGNITO_BULK_RESET_LOG_LEVEL is none of ${Object.values(levels.labels).join(', ')} and silent.`,
    );
  }
  return pino(
    {
      level,
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      serializers: { err: errorForLog },
      hooks: {
        streamWrite: withoutUrlPasswords,
        // Without a text of its own, pino would take the error's message for it, past the serializer.
        logMethod(args, method) {
          method.apply(this, args.length === 1 && typeof args[0] === 'object' ? [args[0], 'error'] : args);
        },
      },
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}

/** What waits to be written while the disk is full, in bytes; lines beyond it are dropped. */
const WAITING_LIMIT = 4 * 1024 * 1024;

/**
 * run.log: JSON lines, 0600, appended to. A disk that is full costs lines of it, and nothing else.
 *
 * @param print takes each line too
 */
export function openLog(path: string, print?: (line: string) => void): RunLog {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  const destination = pino.destination({ fd, sync: false, maxLength: WAITING_LIMIT });
  // It tries again with the next line, so there may be room again; the report tells of the disk.
  destination.on('error', () => undefined);
  let closing = false;
  return {
    // What a connection still says while all is being closed would be an error of its own.
    logger: createLogger({
      write: (line) => {
        print?.(line);
        return closing || destination.write(line);
      },
    }),
    close: () =>
      new Promise((resolve) => {
        closing = true;
        destination.once('close', resolve);
        destination.once('error', () => destination.destroy());
        destination.end();
      }),
  };
}

/**
 * Of an error only what an Error has by itself. Libraries hang more on it: ioredis the command with its arguments (of
 * AUTH: the password), the SDK its answer, `new URL` what it could not read.
 */
function errorForLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return `a ${typeof error} that is no Error`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack ?? '',
    ...(error.cause === undefined || depth >= CAUSES_LOGGED
      ? {}
      : { cause: errorForLog(error.cause, depth + 1) }),
  };
}
