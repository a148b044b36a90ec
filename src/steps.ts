/**
 * What can be done to a user, in this order and named as the report's columns are. A plain run sets the password alone,
 * and its report has no such columns.
 */
export const STEPS = ['disabled', 'password_set', 'signed_out'] as const;
export type Step = (typeof STEPS)[number];

/** Whether a step was done. `unknown`: a call was sent, and its answer never came. */
export const STEP_STATES = ['yes', 'no', 'unknown'] as const;
export type StepState = (typeof STEP_STATES)[number];
export type StepStates = { [Name in Step]?: StepState | undefined };

/** The operation of each step, as the service and an IAM policy name it. */
export const STEP_CALLS: Readonly<Record<Step, string>> = {
  disabled: 'AdminDisableUser',
  password_set: 'AdminSetUserPassword',
  signed_out: 'AdminUserGlobalSignOut',
};

const WORDS: Readonly<Record<Step, string>> = {
  disabled: 'disabled',
  password_set: 'gets the password',
  signed_out: 'signed out everywhere',
};

/** What happens to each user: `gets the password, then signed out everywhere`. */
export function stepsInWords(steps: readonly Step[]): string {
  return steps.map((step) => WORDS[step]).join(', then ');
}

/** What takes from the quota of updates, beside the passwords. */
export function updatesInWords(steps: readonly Step[]): string {
  return steps.includes('disabled') ? 'disables and sign-outs' : 'sign-outs';
}

/** All steps of a run that was asked for more than passwords; none for a plain one. A user who is disabled is signed out too. */
export function stepsAsked({ signOut, disable }: { signOut: boolean; disable: boolean }): readonly Step[] {
  if (disable) return STEPS;
  return signOut ? ['password_set', 'signed_out'] : [];
}

/** How many users a second can be done at best, at so many calls a second of each quota. */
export function usersPerSecond(
  steps: readonly Step[],
  rates: { passwords: number; updates: number },
): number {
  const updates = steps.filter((step) => step !== 'password_set').length;
  return updates === 0 ? rates.passwords : Math.min(rates.passwords, rates.updates / updates);
}
