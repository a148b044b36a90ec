import {
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Secret } from '../password/secret.js';

/** The longest that one call may take in all, in ms: a stalled body outlives `requestTimeout` (COGNITO.md 3). */
export const CALL_DEADLINE = 15_000;

export interface SetPasswordInput {
  poolId: string;
  username: string;
  password: Secret;
  permanent: boolean;
}

/** Sets one user's password. Returns the request's id; throws what `verdictOf` reads. */
export type SetPassword = (input: SetPasswordInput) => Promise<string | undefined>;

export function createSetPassword(client: CognitoIdentityProviderClient): SetPassword {
  return async ({ poolId, username, password, permanent }) => {
    const command = new AdminSetUserPasswordCommand({
      UserPoolId: poolId,
      Username: username,
      Password: password.reveal(),
      Permanent: permanent,
    });
    const output = await client.send(command, { abortSignal: AbortSignal.timeout(CALL_DEADLINE) });
    return output.$metadata.requestId;
  };
}
