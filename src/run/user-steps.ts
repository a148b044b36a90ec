import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { UserStep } from '../../jobs/reset-user.js';
import { createSetPassword, SET_PASSWORD } from '../cognito/set-password.js';
import { createDisable, createSignOut, USER_UPDATE } from '../cognito/user-update.js';
import type { QueueBackend } from '../queue/backend.js';
import { createPacer, type Pacer } from '../rate/pacer.js';
import type { Step } from '../steps.js';
import type { CallsInFlight } from './calls-in-flight.js';
import type { Plan } from './plan.js';

/** The paces of a run's calls: each quota has its own, and none waits for the other. */
export interface Pacers {
  passwords: Pacer;
  /** Of all else that is done to a user; absent in a plain run. */
  updates?: Pacer;
}

export function createPacers(backend: Pick<QueueBackend, 'paceStore'>, { rate, steps }: Plan): Pacers {
  const passwords = createPacer(backend.paceStore(SET_PASSWORD), rate);
  if (steps === undefined) return { passwords };
  return { passwords, updates: createPacer(backend.paceStore(USER_UPDATE), steps.rate) };
}

/** What is done to each user of a run, in order. */
export function userSteps(
  { steps }: Plan,
  { passwords, updates = passwords }: Pacers,
  client: CognitoIdentityProviderClient,
  { counted }: CallsInFlight,
): UserStep[] {
  const sends: Record<Step, UserStep['send']> = {
    disabled: createDisable(client),
    password_set: createSetPassword(client),
    signed_out: createSignOut(client),
  };
  return (steps?.asked ?? ['password_set']).map((name) => ({
    name,
    send: counted(sends[name]),
    pacer: name === 'password_set' ? passwords : updates,
  }));
}
