/**
 * The one table that decides what an error of a call means. Branches on `error.name`, the service's own
 * contract (`instanceof` fails across copies of the SDK, and a message's text may change any day), then on
 * the HTTP status, then on the socket's error code.
 */

/** What a call's error means: exactly one of four answers. */
export type Verdict =
  | { answer: 'fail-user'; error: string; message: string; requestId: string | undefined }
  | { answer: 'slow-queue'; error: string; requestId: string | undefined }
  | {
      answer: 'retry-call';
      error: string;
      message: string;
      requestId: string | undefined;
      /** Whether the pool may have applied the call: an answer can get lost after the call was done. */
      applied: 'no' | 'unknown';
      /** Whether anybody answered: an endpoint that nobody reaches is not the user's fault. */
      reached: boolean;
      /** What follows when the retries are used up. */
      exhausted: 'fail-user' | 'stop-run';
    }
  | { answer: 'stop-run'; error: string; message: string; requestId: string | undefined };

type Answer = Verdict['answer'];

/** Names as the service spells them: modelled ones, then those of its front door (API/CommonErrors.html). */
const ANSWERS: Readonly<Record<string, Answer>> = {
  UserNotFoundException: 'fail-user',
  InvalidPasswordException: 'fail-user',
  PasswordHistoryPolicyViolationException: 'fail-user',
  InvalidParameterException: 'fail-user',
  NotAuthorizedException: 'fail-user',
  UnsupportedUserStateException: 'fail-user',

  TooManyRequestsException: 'slow-queue',
  ThrottlingException: 'slow-queue',
  Throttling: 'slow-queue',
  LimitExceededException: 'slow-queue',
  RequestLimitExceeded: 'slow-queue',

  InternalErrorException: 'retry-call',
  InternalFailure: 'retry-call',
  InternalServerError: 'retry-call',
  ServiceUnavailable: 'retry-call',
  ServiceUnavailableException: 'retry-call',
  RequestTimeout: 'retry-call',
  RequestTimeoutException: 'retry-call',

  ResourceNotFoundException: 'stop-run',
  OperationNotEnabledException: 'stop-run',
  AccessDeniedException: 'stop-run',
  AccessDenied: 'stop-run',
  UnrecognizedClientException: 'stop-run',
  InvalidClientTokenId: 'stop-run',
  ExpiredTokenException: 'stop-run',
  ExpiredToken: 'stop-run',
  InvalidSignatureException: 'stop-run',
  SignatureDoesNotMatch: 'stop-run',
  IncompleteSignature: 'stop-run',
  IncompleteSignatureException: 'stop-run',
  MissingAuthenticationToken: 'stop-run',
  MissingAuthenticationTokenException: 'stop-run',
  OptInRequired: 'stop-run',
  NotAuthorized: 'stop-run',
  CredentialsProviderError: 'stop-run',
  TokenProviderError: 'stop-run',
};

/** `NotAuthorizedException`: one is a user's, so many with no success between them are the credentials' (DESIGN.md). */
export const REFUSALS_THAT_STOP = 5;

/** Nothing was sent: the connection was never made. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EPROTO',
]);
/** The request may have been read, its answer was lost. */
const ANSWER_LOST = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Decides what an error of a call means. An error that the table does not know stops the run. */
export function verdictOf(cause: unknown): Verdict {
  const { name, message, code, status, requestId, clockSkewCorrected } = factsOf(cause);
  const retry = { answer: 'retry-call', error: name, message, requestId } as const;

  // The SDK has just corrected its clock (COGNITO.md 3); the next call is signed with the right time.
  if (clockSkewCorrected) return { ...retry, applied: 'no', reached: true, exhausted: 'stop-run' };

  // A name comes from the wire: `constructor` must not find what every object has.
  const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
  if (answer === 'slow-queue' || status === 429) return { answer: 'slow-queue', error: name, requestId };
  // "5xx whatever its body": an error page of a proxy reaches us as a SyntaxError with the status 503.
  if (answer === 'retry-call') return { ...retry, applied: 'unknown', reached: true, exhausted: 'fail-user' };
  if (status !== undefined && status >= 500) {
    const named = { error: `Http${status}`, message: `${name}: ${message}` };
    return { ...retry, ...named, applied: 'unknown', reached: true, exhausted: 'fail-user' };
  }
  if (answer !== undefined) return { answer, error: name, message, requestId };

  // A success whose body was cut or is not JSON: done or not, nobody knows.
  if (status !== undefined && status >= 200 && status < 300) {
    return { ...retry, error: 'AnswerCutShort', applied: 'unknown', reached: true, exhausted: 'fail-user' };
  }
  if (status === undefined) {
    if (code !== undefined && NOT_SENT.has(code)) {
      return { ...retry, error: code, applied: 'no', reached: false, exhausted: 'fail-user' };
    }
    // A TimeoutError without a code is the connection's timeout or an idle socket's; we can't tell them apart.
    if (name === 'TimeoutError' || name === 'AbortError' || (code !== undefined && ANSWER_LOST.has(code))) {
      return {
        ...retry,
        error: code ?? 'TimeoutError',
        applied: 'unknown',
        reached: false,
        exhausted: 'fail-user',
      };
    }
  }
  return { answer: 'stop-run', error: code ?? name, message, requestId };
}

/** Names that the table gives to an error which has none of its own. */
const OWN_NAMES = /^(AnswerCutShort|TimeoutError|Http5\d\d)$/;

/**
 * Whether a row that failed with this error may do better in a new run. By its name in the report, which keeps no more
 * of it: true for each error that `verdictOf` retries, and for `OutcomeUnknown`, of a run that was cancelled meanwhile.
 */
export function isRetryable(error: string): boolean {
  return (
    (Object.hasOwn(ANSWERS, error) && ANSWERS[error] === 'retry-call') ||
    NOT_SENT.has(error) ||
    ANSWER_LOST.has(error) ||
    OWN_NAMES.test(error) ||
    error === 'OutcomeUnknown'
  );
}

/** The SDK's and this program's own, which hold no part of a request. */
const PLAIN = new Set(['TimeoutError', 'AbortError', 'EndpointWithoutTls']);
const NAME_LIMIT = 128;
const MESSAGE_LIMIT = 1_000;

/** What of an error decides, and what of it is shown. */
export interface ErrorFacts {
  name: string;
  message: string;
  code: string | undefined;
  status: number | undefined;
  requestId: string | undefined;
  clockSkewCorrected: boolean;
  /** The access key that signed the call, if it came so far. */
  signedBy: string | undefined;
  /** Whether the message is the service's or the network's, as against one of the SDK about what it could not write or read. */
  isPlain: boolean;
}

/** Names are at most 128 characters, messages 1000: an endpoint can send as much as it likes. */
export function factsOf(cause: unknown): ErrorFacts {
  const error: Record<string, unknown> = isRecord(cause) ? cause : {};
  const metadata = isRecord(error.$metadata) ? error.$metadata : {};
  const name = text(error.name, NAME_LIMIT) ?? 'Error';
  const code = text(error.code, NAME_LIMIT);
  const status = typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
  return {
    name,
    message: text(error.message, MESSAGE_LIMIT) ?? '',
    code,
    status,
    requestId: text(metadata.requestId, NAME_LIMIT),
    clockSkewCorrected: metadata.clockSkewCorrected === true,
    signedBy: text(error.signedBy, NAME_LIMIT),
    isPlain:
      error.$fault !== undefined ||
      (status === undefined && (code !== undefined || PLAIN.has(name) || Object.hasOwn(ANSWERS, name))),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown, limit: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, limit) : undefined;
}
