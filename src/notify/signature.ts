import { createHmac } from 'node:crypto';

export interface Signed {
  /** The same for each try of one message, so that a receiver can tell them from another. */
  id: string;
  /** Seconds since 1970, for a receiver that refuses old messages. */
  timestamp: number;
  body: string;
}

/** A secret as services hand it out: Base64 behind this. */
const PREFIX = 'whsec_';

/**
 * The headers that prove a message: HMAC-SHA256 of `id.timestamp.body`, as Standard Webhooks has it
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), so that its libraries verify it.
 *
 * @param secret `whsec_` and Base64, or any other text, whose UTF-8 is the key; without one there is no signature
 */
export function signedHeaders(
  { id, timestamp, body }: Signed,
  secret: string | undefined,
): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp) };
  if (secret === undefined) return headers;
  const key = secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), 'base64')
    : Buffer.from(secret);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
