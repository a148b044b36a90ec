import { callerText } from '../cognito/caller.js';
import type { Prepared } from '../run/prepare.js';
import type { PlanRequest } from '../run/request.js';
import { type Step, stepsInWords, updatesInWords } from '../steps.js';
import { withCommas } from '../with-commas.js';
import { counted } from './words.js';

export type Fact = [name: string, text: string];

/**
 * The pool, and what its users will have afterwards: the same words before a run and in a plan.
 *
 * @param protectedElsewhere protected names that are not in the file, if all of it was looked at
 */
export function poolAndPasswords(
  run: Prepared<PlanRequest>,
  protectedElsewhere: readonly string[] = [],
): Fact[] {
  const { pool } = run;
  const size = pool.estimatedUsers === undefined ? '' : `, about ${withCommas(pool.estimatedUsers)} users`;
  return [
    ['User pool', `${pool.name} (${pool.id})${size}`],
    ...(run.caller === undefined ? [] : [['Caller', callerText(run.caller)] satisfies Fact]),
    ['Passwords', passwords(run)],
    ...eachUser(run),
    ['Users then', statusAfter(run)],
    ...recipients(run),
    ...protectedUsers(run, protectedElsewhere),
  ];
}

function eachUser({ steps, request }: Prepared<PlanRequest>): Fact[] {
  if (steps.length === 0) return [];
  return [
    ['Each user', stepsInWords(steps)],
    ...(request.disable && !request.checkUsers
      ? [['Undo', 'enable can’t tell who was disabled before: add --check-users'] satisfies Fact]
      : []),
  ];
}

/** Calls a second. With more steps than the password each quota has its own pace, and the slowest is the run's. */
export function rates({ rate, steps, request, usersPerSecond }: Prepared<PlanRequest>): string {
  if (steps.length === 0) return `${rate} calls a second`;
  return `${rate} passwords and ${request.signOutRate} ${updatesInWords(steps)} a second, so ${Math.round(usersPerSecond * 10) / 10} users a second at best`;
}

function recipients({ request: { recipients: keys } }: Prepared<PlanRequest>): Fact[] {
  if (keys.length === 0) return [];
  const to = keys.length === 1 ? 'one recipient' : `${keys.length} recipients`;
  return [['Handed out', `to ${to}, encrypted; then the key is destroyed`]];
}

/** One that is misspelt protects nobody; but a list may also be for more than this file. */
function protectedUsers({ request, pool }: Prepared<PlanRequest>, elsewhere: readonly string[]): Fact[] {
  const names = request.protectedUsers;
  if (names.length === 0) return [];
  // Under another name than the list's, only a check of the pool can tell whom a row means.
  const blind = request.checkUsers || pool.aliasAttributes.length + pool.usernameAttributes.length === 0;
  const aliases = blind ? '' : '; other names of theirs only with --check-users';
  return [
    ['Protected', `${counted(names.length, 'username')}, never reset${aliases}`],
    ...(elsewhere.length === 0 ? [] : [['', notInFile(elsewhere)] satisfies Fact]),
  ];
}

const NAMED = 3;

function notInFile(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${withCommas(names.length - NAMED)} more` : '';
  return `not in this file: ${names.slice(0, NAMED).join(', ')}${more}`;
}

function passwords({ request, shape, entropyBits }: Prepared<PlanRequest>): string {
  switch (request.mode) {
    case 'generate':
      return `generated, ${shape?.length} characters, ${Math.floor(entropyBits ?? 0)} bits`;
    case 'password-column':
      return `from the column "${request.passwordColumn}"`;
    case 'discard':
      return 'random, kept by nobody';
    case undefined:
      return 'not chosen yet: --generate, --password-column <name> or --discard';
  }
}

function sessions(steps: readonly Step[]): string {
  return steps.length === 0 ? '; sessions that are open stay open without --sign-out or --disable' : '';
}

function statusAfter({ request, pool, steps }: Prepared<PlanRequest>): string {
  if (request.disable) return 'can’t sign in until they are enabled again: cognito-bulk-reset enable';
  if (!request.permanent) {
    const days = pool.policy.temporaryPasswordValidityDays;
    return `must choose a new password at the next sign-in, within ${days} day${days === 1 ? '' : 's'} (temporary)`;
  }
  return request.mode === 'discard'
    ? `can sign in only after a password reset${sessions(steps)} (permanent)`
    : 'sign in with the new password (permanent)';
}
