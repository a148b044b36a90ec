/**
 * What to do about each error, in one line of at most 66 characters: for someone who reads the end of a run at night.
 * The service's exceptions are those that AdminSetUserPassword documents; then this program's own.
 */
const HINTS = new Map([
  ['UserNotFoundException', 'Not in this pool: check the pool id and the column of usernames.'],
  ['InvalidPasswordException', "The password breaks the pool's policy: give another."],
  ['PasswordHistoryPolicyViolationException', 'One of the last passwords of this user: give another.'],
  ['InvalidParameterException', 'The service takes this username or password as malformed.'],
  ['NotAuthorizedException', 'The service refused this user: look at the user in the console.'],
  ['UnsupportedUserStateException', "The user's state does not allow it: look at it in the console."],
  ['ResourceNotFoundException', 'No such pool here: check the pool id and the Region.'],
  ['OperationNotEnabledException', 'Not available in this Region or pool: look at its configuration.'],
  ['AccessDeniedException', 'Allow cognito-idp:AdminSetUserPassword on this pool, then retry.'],
  ['TooManyRequestsException', 'The quota is used up: retry, with a lower --rate.'],
  ['ThrottlingException', 'The quota is used up: retry, with a lower --rate.'],
  ['LimitExceededException', 'A limit of the service is reached: retry, with a lower --rate.'],
  ['InternalErrorException', 'A fault of the service: retry these rows later.'],
  ['InternalFailure', 'A fault of the service: retry these rows later.'],
  ['ServiceUnavailable', 'A fault of the service: retry these rows later.'],
  ['Http502', 'A fault of the service or on the way to it: retry these rows later.'],
  ['Http503', 'A fault of the service or on the way to it: retry these rows later.'],
  ['Http504', 'A fault of the service or on the way to it: retry these rows later.'],
  ['TimeoutError', 'No answer in time, so the outcome is unknown: retry these rows.'],
  ['OutcomeUnknown', 'The call may have been sent, nobody knows: retry these rows.'],
  ['RunCancelled', 'The run was cancelled before their turn: retry does them.'],
  ['InvalidUsername', 'White space or over 128 characters: correct the file.'],
  ['EmptyUsername', 'No username in the row: correct the file.'],
  ['MalformedRow', 'Not readable as CSV: correct the quotes and columns of the line.'],
  ['DuplicateUsername', 'Seen before in the file: its first row counts.'],
  ['InvalidPassword', "The password can't pass the pool's policy: correct the file."],
  ['SealBroken', 'The sealed password in the queue was changed: who writes there?'],
  ['UserIsProtected', 'On the list of protected users: left alone, as asked.'],
  ['UserIsFederated', 'Signs in elsewhere: reset only with --include-federated.'],
  ['UserIsUnconfirmed', 'Not confirmed yet: reset only with --include-unconfirmed.'],
]);

/** What to do about an error of this name; `undefined` for one that nobody has thought of. */
export function errorHint(error: string): string | undefined {
  return HINTS.get(error);
}
