import {
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { CallError } from './call-error.js';
import type { Secret } from '../password/secret.js';

/** The call as its pace is named: it has a quota of its own. */
export const SET_PASSWORD = 'AdminSetUserPassword';

/** The longest that one call may take in all, in ms: a stalled body outlives `requestTimeout` (COGNITO.md 3). */
export const CALL_DEADLINE = 15_000;

export interface SetPasswordInput {
  poolId: string;
  username: string;
  password: Secret;
  permanent: boolean;
}

/** Sets one user's password. Returns the request's id; throws a CallError. */
export type SetPassword = (input: SetPasswordInput) => Promise<string | undefined>;

export function createSetPassword(client: CognitoIdentityProviderClient): SetPassword {
  return async ({ poolId, username, password, permanent }) => {
    const command = new AdminSetUserPasswordCommand({
      UserPoolId: poolId,
      Username: username,
      Password: password.reveal(),
      Permanent: permanent,
    });
    const deadline = AbortSignal.timeout(CALL_DEADLINE);
    const output = await client.send(command, { abortSignal: deadline }).catch((error: unknown) => {
      throw new CallError(error, password);
    });
    return output.$metadata.requestId;
  };
}
