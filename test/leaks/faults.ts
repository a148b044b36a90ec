import { BREAKAGES, type Fault, type FaultAction } from '../support/stand-in/options.js';

/** Every exception that the program knows, and two that it doesn't; all but the last ones leave the run going. */
const NAMES = [
  'UserNotFoundException',
  'InvalidPasswordException',
  'PasswordHistoryPolicyViolationException',
  'InvalidParameterException',
  'NotAuthorizedException',
  'UnsupportedUserStateException',
  'TooManyRequestsException',
  'LimitExceededException',
  'InternalErrorException',
  'ServiceUnavailable',
];

/** Each repeats the whole request, as no service should and some proxies do. */
const ACTIONS: FaultAction[] = [
  ...NAMES.map((name) => ({ kind: 'error' as const, name, message: 'It was: %body' })),
  { kind: 'error', name: 'BrandNewException', message: '%body', status: 500 },
  { kind: 'error', name: 'InvalidSignatureException', message: '%body', dateOffsetMs: 3_600_000 },
  ...BREAKAGES.map((kind) => ({ kind })),
];

/** The first ones have no fault. */
const SPARED = 24;
/** So many users are needed for each of the others to have a fault of their own. */
export const ROWS = SPARED + ACTIONS.length;

/** Every fault of the stand-in, each on a user of its own, once. */
export function everyFault(users: readonly string[]): Fault[] {
  return ACTIONS.map((action, index) => ({ username: users[SPARED + index] ?? '', times: 1, action }));
}

/** Nobody answers for the users that are to have a fault: a run gets so far, and no farther. */
export function standingStill(users: readonly string[]): Fault[] {
  return users.slice(SPARED).map((username) => ({ username, action: { kind: 'hang-before' } }));
}

/** What stops a run, and says why in words that hold the request. */
export function stoppingFault(): Fault[] {
  return [{ times: 1, action: { kind: 'error', name: 'AccessDeniedException', message: 'No: %body' } }];
}
