import type { Secret } from '../password/secret.js';
import { factsOf } from './errors.js';

/**
 * What is known of a call that failed, and nothing else. An error of the SDK hangs together with the request that holds
 * the password (its `$response`, its causes), a proxy's page may repeat the request, and a parser quotes what it could not
 * read: none of them leaves the place where the call was made. Has what `verdictOf` reads.
 */
export class CallError extends Error {
  override readonly name: string;
  readonly code: string | undefined;
  /** The access key that signed the call; undefined for one that was never signed. */
  readonly signedBy: string | undefined;
  readonly $metadata: {
    httpStatusCode: number | undefined;
    requestId: string | undefined;
    clockSkewCorrected: boolean;
  };

  constructor(cause: unknown, password: Secret) {
    const { name, message, code, status, requestId, clockSkewCorrected, signedBy, isPlain } = factsOf(cause);
    super(
      isPlain
        ? withoutPassword(message, password)
        : status === undefined
          ? 'the SDK could not make the call; its own words could hold the request'
          : `the answer could not be read (HTTP ${status})`,
    );
    this.name = name;
    this.code = code;
    this.signedBy = signedBy;
    this.$metadata = { httpStatusCode: status, requestId, clockSkewCorrected };
  }
}

function withoutPassword(message: string, password: Secret): string {
  const text = password.reveal();
  const forms = new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), htmlOf(text)]);
  return [...forms].reduce((left, form) => left.replaceAll(form, '[redacted]'), message);
}

function htmlOf(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
