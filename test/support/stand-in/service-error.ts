/** An answer of the service that is an error. */
export interface ServiceError {
  name: string;
  message: string;
  status: number;
}

// Statuses of the modelled exceptions: COGNITO.md section 2. Those of the common errors were not checked
// against the service; ServiceUnavailable and InternalFailure are 5xx in API/CommonErrors.html.
const NOT_400: Record<string, number> = {
  InternalErrorException: 500,
  InternalFailure: 500,
  ServiceUnavailable: 503,
};

const MESSAGES: Record<string, string> = {
  AccessDeniedException:
    'User: arn:aws:iam::123456789012:user/stand-in is not authorized to perform: cognito-idp:AdminSetUserPassword',
  ExpiredTokenException: 'The security token included in the request is expired',
  InternalErrorException: 'Something went wrong',
  InternalFailure: 'The request processing has failed because of an unknown error.',
  InvalidSignatureException: 'The request signature we calculated does not match the signature you provided.',
  LimitExceededException: 'Attempt limit exceeded, please try after some time.',
  NotAuthorizedException: 'Not authorized',
  OperationNotEnabledException: 'This operation is not enabled for this user pool.',
  // No source for the service's own words was found.
  PasswordHistoryPolicyViolationException: 'Password has previously been used.',
  ServiceUnavailable: 'The request has failed due to a temporary failure of the server.',
  ThrottlingException: 'Rate exceeded',
  TooManyRequestsException: 'Rate exceeded',
  UnrecognizedClientException: 'The security token included in the request is invalid.',
  UnsupportedUserStateException: 'User is in an unsupported state.',
  UserNotFoundException: 'User does not exist.',
};

/** The error with this name as the service answers it; `message` and `status` replace its own. */
export function serviceError(
  name: string,
  message?: string,
  status?: number,
  operation = 'AdminSetUserPassword',
): ServiceError {
  return {
    name,
    message: message ?? MESSAGES[name]?.replace('AdminSetUserPassword', operation) ?? name,
    status: status ?? NOT_400[name] ?? 400,
  };
}
