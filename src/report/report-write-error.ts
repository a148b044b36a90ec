const EXPLANATIONS: Record<string, string> = {
  ENOSPC: 'no space is left on the disk: make room',
  EDQUOT: 'the disk quota is used up: make room',
  EFBIG: 'the largest file size allowed here is reached: raise the limit (ulimit -f)',
  EROFS: 'the file system is read-only: make it writable',
  EIO: 'the disk reports an input/output error: check the disk',
  EACCES: 'permission is denied: make it writable',
  EPERM: 'permission is denied: make it writable',
};

/**
 * A file of the run directory could not be written. It stops the run, which resumes once `path` can be written again:
 * the report still ends in a whole line, or in a torn one that resume cuts off.
 */
export class ReportWriteError extends Error {
  override readonly name = 'ReportWriteError';
  /** The system's error code, such as `ENOSPC`. */
  readonly code: string;
  readonly path: string;

  constructor(path: string, cause: unknown, next = 'resume the run') {
    const code = errorCode(cause) ?? 'unknown error';
    super(`${path} could not be written: ${EXPLANATIONS[code] ?? code}, then ${next}.`, { cause });
    this.code = code;
    this.path = path;
  }
}

/**
 * The error as one of writing, if it is the disk's or the directory's.
 *
 * @param path what was written to, if the error doesn't say
 */
export function asWriteError(error: unknown, path: string, next?: string): ReportWriteError | undefined {
  if (error instanceof ReportWriteError) return new ReportWriteError(error.path, error.cause, next);
  if (!Object.hasOwn(EXPLANATIONS, errorCode(error) ?? '')) return undefined;
  const named =
    error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : path;
  return new ReportWriteError(named, error, next);
}

/** The system's code of an error (`ENOENT`), if it has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
