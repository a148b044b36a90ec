import type { Logger } from 'pino';

/** PostgreSQL's codes for a disk that is full or broken, and for data that is torn (errcodes-appendix of its manual). */
const POSTGRES = new Set(['53100', '58030', 'XX001', 'XX002']);
/** The first word of a Redis error is its code: no memory left, no room for its append-only file, no permission. */
const REDIS = /^(OOM|MISCONF|NOPERM|NOAUTH|WRONGPASS)\b/;

/** Why a run can't go on with its queue. */
export interface QueueFault {
  error: 'QueueFault';
  message: string;
}

/** The queue's store has ended inside of this process. */
export class QueueEndedError extends Error {
  override readonly name = 'QueueEndedError';
}

/** The queue can't even be opened. Nothing is begun, or gone on with, until somebody mends it. */
export class QueueNotOpenedError extends Error {
  override readonly name = 'QueueNotOpenedError';
}

/**
 * Why the queue can't be worked with until somebody mends it, if this error says so: its store is full, broken or refuses
 * us. Undefined for all else, above all a connection that is lost: that comes back by itself.
 */
export function queueFault(error: unknown): QueueFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isFault =
    error instanceof QueueEndedError ||
    code === 'ENOSPC' ||
    POSTGRES.has(code) ||
    (error.name === 'ReplyError' && REDIS.test(error.message));
  return isFault ? { error: 'QueueFault', message: error.message } : undefined;
}

export interface HeardQueue {
  onError: (error: Error) => void;
  /** Resolves once the queue can't be worked with. */
  fault: Promise<QueueFault>;
}

/** Hears what goes wrong with a queue's connections, for the log, and tells when it is more than that. */
export function hearQueue(log: Logger): HeardQueue {
  const { promise: fault, resolve } = Promise.withResolvers<QueueFault>();
  return {
    fault,
    onError: (error) => {
      log.warn({ err: error }, 'the queue reports an error');
      const reason = queueFault(error);
      if (reason !== undefined) resolve(reason);
    },
  };
}
