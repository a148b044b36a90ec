import {
  type CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Secret } from '../password/secret.js';
import { memoryPaceStore } from '../rate/pace-store.js';
import { createPacer } from '../rate/pacer.js';
import { UsageError } from '../usage-error.js';
import { CallError } from './call-error.js';
import { type CallContext, callUntilAnswered } from './call-until-answered.js';
import { callDeadline } from './deadline.js';
import { knownAdvice } from './stop-advice.js';

/** Sign-ins a second: few, so that nobody else at the sign-in page is slowed. The quota is 120. */
const SIGN_IN_RATE = 5;

/** What trying a password came to. */
export type SignedIn =
  | { kind: 'tokens' }
  /** The password is right, and the service asks for one thing more: a new password, a code. */
  | { kind: 'challenge'; name: string }
  | { kind: 'refused'; error: string; message: string };

export type SignIn = (username: string, password: Secret) => Promise<SignedIn>;

/** Answers about this one user; any other is about the app client or the pool. */
const REFUSALS = new Set([
  'NotAuthorizedException',
  'UserNotFoundException',
  'UserNotConfirmedException',
  'PasswordResetRequiredException',
]);

/**
 * Tries passwords as an app would (InitiateAuth, USER_PASSWORD_AUTH); tokens that come of it are dropped.
 *
 * What it makes throws UsageError when no user can sign in that way, or the signal's reason.
 */
export function createSignIn(
  client: CognitoIdentityProviderClient,
  clientId: string,
  signal: AbortSignal,
): SignIn {
  const pacer = createPacer(memoryPaceStore(), SIGN_IN_RATE);
  const context: CallContext = { pacer, signal, endpoint: { lastAnswerAt: performance.now() } };
  return async (username, password) => {
    let signedIn: SignedIn | undefined;
    const answer = await callUntilAnswered(async () => {
      try {
        const command = new InitiateAuthCommand({
          AuthFlow: 'USER_PASSWORD_AUTH',
          ClientId: clientId,
          AuthParameters: { USERNAME: username, PASSWORD: password.reveal() },
        });
        const output = await client.send(command, { abortSignal: callDeadline() });
        const { ChallengeName: name } = output;
        signedIn = name === undefined ? { kind: 'tokens' } : { kind: 'challenge', name };
        return output.$metadata.requestId;
      } catch (cause) {
        const error = new CallError(cause, password);
        if (!REFUSALS.has(error.name)) throw error;
        signedIn = { kind: 'refused', error: error.name, message: error.message };
        return error.$metadata.requestId;
      }
    }, context);
    if (answer.kind === 'applied' && signedIn !== undefined) return signedIn;
    if (answer.kind !== 'refused' && answer.kind !== 'stopped') throw signal.reason;
    throw new UsageError(
      `Nobody could sign in (InitiateAuth): ${answer.error}: ${answer.message.replace(/\.$/, '')}. ${adviceFor(answer.error)}`,
    );
  };
}

function adviceFor(error: string): string {
  if (error === 'ResourceNotFoundException') return 'Check --client-id: it is an app client of this pool.';
  if (error === 'InvalidParameterException')
    return 'The app client must allow ALLOW_USER_PASSWORD_AUTH, and have no secret.';
  return knownAdvice(error) ?? 'Try again later.';
}
