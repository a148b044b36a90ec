/** What to do about an error that stops the run, in words for the person who must mend it. */
const ADVICE: Readonly<Record<string, string>> = {
  ResourceNotFoundException:
    'The user pool was not found: check --pool-id, the Region and the account of your credentials.',
  OperationNotEnabledException:
    'The operation is not available here: a replica Region or the pool’s configuration. Run it in the primary Region.',
  AccessDeniedException:
    'The credentials may not call this: allow cognito-idp:AdminSetUserPassword and cognito-idp:DescribeUserPool on the pool (samples/iam-policy.json).',
  UnrecognizedClientException: 'The access key is not known in this account or Region: check the profile.',
  ExpiredTokenException: 'The credentials have expired: sign in again (for instance `aws sso login`).',
  InvalidSignatureException: 'The signature was refused: check the secret key and this machine’s clock.',
  NotAuthorizedException:
    'The service refused five users in a row as not authorized, with no success between them: check the pool and the credentials.',
  TooManyFailures:
    'Look at report.csv: a wrong --column or --pool-id fails nearly everybody, and then a new run is needed. If it is as it should be, resume counts from there on, and with --max-failures 100% never stops for it.',
  CanaryFailed:
    'Look at report.csv: a wrong --column or --pool-id fails nearly everybody, and then a new run is needed. To go on all the same, resume at a terminal and answer y, or allow more with --canary-failures.',
  CanaryDeclined: 'Look at report.csv. Resume shows the first rows once more and asks again.',
  EndpointWithoutTls: 'The endpoint is set in the profile or the environment: see endpoint_url there.',
  QueueFault:
    'The queue can’t be used as it is: make room where it is stored (the run directory, or its Redis or PostgreSQL), or mend its permissions.',
  ManifestChangedError: 'Put the file back as it was when the run began.',
  ReportWriteError: 'Make room or mend the disk that holds the run directory.',
  RunDirectoryGone: 'If it was moved, nothing is lost: put it back, or resume the run where it is now.',
  QueueTampered:
    'Somebody else writes to the queue, or a worker of another version takes part: see run.log, and give the queue a password of its own.',
  UnexpectedError: 'This is a fault of this program: run.log in the run directory tells more.',
  CredentialsProviderError:
    'No credentials were found: set AWS_PROFILE or --profile, or sign in (for instance `aws sso login`).',
};

const ALIASES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  TokenProviderError: 'CredentialsProviderError',
};

/** @param call the operation that was refused, if it is known */
export function stopAdvice(error: string, call?: string): string {
  if (call !== undefined && (ALIASES[error] ?? error) === 'AccessDeniedException') {
    return `The credentials may not call this: allow cognito-idp:${call} on the pool (samples/iam-policy.json).`;
  }
  return (
    knownAdvice(error) ??
    'This error is not known here, so the run was stopped instead of failing every user.'
  );
}

/** The same for whatever is stopped by it; undefined for an error that nobody has thought of. */
export function knownAdvice(error: string): string | undefined {
  return ADVICE[ALIASES[error] ?? error];
}
