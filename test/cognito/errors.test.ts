import { expect, it } from 'vitest';
import { isRetryable, verdictOf } from '../../src/cognito/errors.js';

const named = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('m'), { name, $metadata: { httpStatusCode, requestId: 'r' } });
const coded = (name: string, code: string) => Object.assign(new Error('m'), { name, code });

it.each([
  ['UserNotFoundException', 'fail-user'],
  ['InvalidPasswordException', 'fail-user'],
  ['PasswordHistoryPolicyViolationException', 'fail-user'],
  ['InvalidParameterException', 'fail-user'],
  ['NotAuthorizedException', 'fail-user'],
  ['UnsupportedUserStateException', 'fail-user'],
  ['TooManyRequestsException', 'slow-queue'],
  ['ThrottlingException', 'slow-queue'],
  ['LimitExceededException', 'slow-queue'],
  ['ServiceUnavailable', 'retry-call'],
  ['InternalFailure', 'retry-call'],
  ['ResourceNotFoundException', 'stop-run'],
  ['OperationNotEnabledException', 'stop-run'],
  ['AccessDeniedException', 'stop-run'],
  ['UnrecognizedClientException', 'stop-run'],
  ['ExpiredTokenException', 'stop-run'],
  ['InvalidSignatureException', 'stop-run'],
  ['IncompleteSignature', 'stop-run'],
  ['MissingAuthenticationToken', 'stop-run'],
  ['OptInRequired', 'stop-run'],
  ['SomethingNobodyKnows', 'stop-run'],
  ['constructor', 'stop-run'],
])('%s means %s', (name, answer) => {
  expect(verdictOf(named(name, 400)).answer).toBe(answer);
});

it('retries InternalErrorException, and any 5xx whatever its body', () => {
  expect(verdictOf(named('InternalErrorException', 500)).answer).toBe('retry-call');
  expect(verdictOf(named('SyntaxError', 503))).toMatchObject({ answer: 'retry-call', applied: 'unknown' });
});

it('takes a success whose body was cut for an unknown outcome', () => {
  expect(verdictOf(named('SyntaxError', 200))).toMatchObject({ answer: 'retry-call', applied: 'unknown' });
});

it('knows a call that was never sent from one whose answer was lost', () => {
  expect(verdictOf(coded('Error', 'ECONNREFUSED'))).toMatchObject({ answer: 'retry-call', applied: 'no' });
  expect(verdictOf(coded('TimeoutError', 'ECONNRESET'))).toMatchObject({
    answer: 'retry-call',
    applied: 'unknown',
  });
});

it('retries once the SDK has corrected the clock, and stops the run if that does not help', () => {
  const skewed = Object.assign(new Error('m'), {
    name: 'InvalidSignatureException',
    $metadata: { httpStatusCode: 400, clockSkewCorrected: true },
  });
  expect(verdictOf(skewed)).toMatchObject({ answer: 'retry-call', exhausted: 'stop-run' });
});

it('stops the run without credentials', () => {
  expect(verdictOf(named('CredentialsProviderError')).answer).toBe('stop-run');
});

it('gives each error that it retries a name by which a report tells that a new run may do better', () => {
  const retried = [
    named('InternalErrorException', 500),
    named('SyntaxError', 503),
    named('NotAuthorizedException', 502),
    named('SyntaxError', 200),
    coded('Error', 'ECONNREFUSED'),
    coded('TimeoutError', 'ECONNRESET'),
    named('TimeoutError'),
  ].map((cause) => verdictOf(cause));
  for (const verdict of retried) {
    expect(verdict).toMatchObject({ answer: 'retry-call', exhausted: 'fail-user' });
    expect([verdict.error, isRetryable(verdict.error)]).toEqual([verdict.error, true]);
  }
  expect(retried.map(({ error }) => error)).toContain('Http503');
  for (const error of [
    'UserNotFoundException',
    'InvalidUsername',
    'SealBroken',
    'constructor',
    '',
    'Http404',
  ]) {
    expect(isRetryable(error)).toBe(false);
  }
});
