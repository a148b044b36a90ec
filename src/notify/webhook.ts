import { randomUUID } from 'node:crypto';
import pRetry, { AbortError } from 'p-retry';
import { UsageError } from '../usage-error.js';
import { signedHeaders } from './signature.js';

export interface Webhook {
  url: URL;
  secret: string | undefined;
}

/** In ms: how long one answer is waited for, and the first pause between two tries; the pauses double. */
export interface Patience {
  answer: number;
  pause: number;
}

const PATIENCE: Patience = { answer: 10_000, pause: 1_000 };
/** Tries after the first: with the pauses some 15 seconds, if each is refused at once. */
const RETRIES = 4;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Of the 4xx these come from a moment, the others from the request, which would be the same. */
const WORTH_ANOTHER_TRY = new Set([408, 425, 429]);

/**
 * @param allowHttp also without TLS, to another host
 * @throws UsageError for a URL that can't be used
 */
export function webhookAt(
  text: string,
  { allowHttp, secret }: { allowHttp: boolean; secret: string | undefined },
): Webhook {
  const url = URL.parse(text);
  if (url === null || !['https:', 'http:'].includes(url.protocol))
    throw new UsageError('--webhook takes a URL that begins with https://.');
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname) && !allowHttp)
    throw new UsageError(`--webhook without TLS to ${url.host}: use https://, or add --allow-http.`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError(
      '--webhook takes no user name and password in the URL: sign it, by COGNITO_BULK_RESET_WEBHOOK_SECRET.',
    );
  return { url, secret };
}

/**
 * Posts a message, more than once if need be. A redirect is not followed: it could lead the message anywhere.
 * @throws Error in words, with the host and never the path, which may be a secret
 */
export async function postWebhook(
  { url, secret }: Webhook,
  body: string,
  patience = PATIENCE,
): Promise<void> {
  const id = randomUUID();
  const post = async () => {
    const timestamp = Math.floor(Date.now() / 1_000);
    const { status } = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...signedHeaders({ id, timestamp, body }, secret) },
      redirect: 'manual',
      signal: AbortSignal.timeout(patience.answer),
    }).catch((error: unknown) => {
      throw new Error(`${url.host} ${reasonOf(error)}`);
    });
    if (status >= 200 && status < 300) return;
    const refused = `${url.host} answered ${status}`;
    if (status < 500 && !WORTH_ANOTHER_TRY.has(status)) throw new AbortError(refused);
    throw new Error(refused);
  };
  await pRetry(post, { retries: RETRIES, minTimeout: patience.pause, randomize: true });
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'did not answer in time';
  // fetch hides what went wrong in its cause.
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `could not be reached${code}`;
}
