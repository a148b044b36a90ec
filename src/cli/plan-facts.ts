import { callerText } from '../cognito/caller.js';
import type { Prepared } from '../run/prepare.js';
import type { PlanRequest } from '../run/request.js';
import { count } from './words.js';

export type Fact = [name: string, text: string];

/** The pool, and what its users will have afterwards: the same words before a run and in a plan. */
export function poolAndPasswords(run: Prepared<PlanRequest>): Fact[] {
  const { pool } = run;
  const size = pool.estimatedUsers === undefined ? '' : `, about ${count(pool.estimatedUsers)} users`;
  return [
    ['User pool', `${pool.name} (${pool.id})${size}`],
    ...(run.caller === undefined ? [] : [['Caller', callerText(run.caller)] satisfies Fact]),
    ['Passwords', passwords(run)],
    ['Users then', statusAfter(run)],
    ...recipients(run),
    ...protectedUsers(run),
  ];
}

function recipients({ request: { recipients: keys } }: Prepared<PlanRequest>): Fact[] {
  if (keys.length === 0) return [];
  const to = keys.length === 1 ? 'one recipient' : `${keys.length} recipients`;
  return [['Handed out', `to ${to}, encrypted; then the key is destroyed`]];
}

function protectedUsers({ request, pool }: Prepared<PlanRequest>): Fact[] {
  const names = request.protectedUsers;
  if (names.length === 0) return [];
  // Under another name than the list's, only a check of the pool can tell whom a row means.
  const blind = request.checkUsers || pool.aliasAttributes.length + pool.usernameAttributes.length === 0;
  const aliases = blind ? '' : '; other names of theirs only with --check-users';
  return [
    ['Protected', `${count(names.length)} username${names.length === 1 ? '' : 's'}, never reset${aliases}`],
  ];
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

function statusAfter({ request, pool }: Prepared<PlanRequest>): string {
  if (!request.permanent) {
    const days = pool.policy.temporaryPasswordValidityDays;
    return `must choose a new password at the next sign-in, within ${days} day${days === 1 ? '' : 's'} (temporary)`;
  }
  return request.mode === 'discard'
    ? 'can sign in only after a password reset; sessions that are open stay open (permanent)'
    : 'sign in with the new password (permanent)';
}
