import { UsageError } from '../usage-error.js';

/** Where the queue lives: inside the run directory, or at a URL that other workers can reach too. */
export type QueueLocation =
  | { kind: 'embedded' }
  | { kind: 'redis'; url: string; socketPath?: string; shown: string }
  | { kind: 'postgres'; url: string; shown: string };

const SHAPES =
  'redis://host:6379, rediss://host:6379, unix:///path/to/redis.sock or postgres://host/database';

/** Reads `--queue`. `shown` has no password in it and is the only form for a screen, a log or a file. */
export function queueLocation(url: string | undefined): QueueLocation {
  if (url === undefined || url === '') return { kind: 'embedded' };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) throw new UsageError(`--queue is not a URL: use ${SHAPES}.`);
  const shown = withoutPassword(parsed);
  switch (parsed.protocol) {
    case 'redis:':
    case 'rediss:':
      // ioredis would take an empty `tls` of the query for "no TLS", whatever the scheme says.
      if (parsed.searchParams.has('tls'))
        throw new UsageError('--queue: TLS is asked for by rediss://, not by tls=.');
      // As parsed: ioredis takes ` rediss://` or `REDISS://` for a connection without TLS.
      return { kind: 'redis', url: parsed.href, shown };
    case 'unix:':
    case 'redis+unix:':
      return { kind: 'redis', url, socketPath: decodeURIComponent(parsed.pathname), shown };
    case 'postgres:':
    case 'postgresql:':
      return { kind: 'postgres', url, shown };
    default:
      throw new UsageError(`--queue ${parsed.protocol}// is not known here: use ${SHAPES}.`);
  }
}

function withoutPassword(parsed: URL): string {
  const copy = new URL(parsed);
  if (copy.password !== '') copy.password = 'redacted';
  for (const name of copy.searchParams.keys()) {
    if (/pass/i.test(name)) copy.searchParams.set(name, 'redacted');
  }
  return copy.href;
}
