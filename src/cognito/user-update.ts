import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { CALL_DEADLINE } from './set-password.js';

/** The quota that these calls share, as their pace is named: it is not the one of passwords. */
export const USER_UPDATE = 'UserUpdate';

/** Does one thing to a user that can be done twice without harm. Returns the request's id; throws the SDK's error. */
export type UserUpdate = (user: { poolId: string; username: string }) => Promise<string | undefined>;

/** Revokes the user's refresh, access and ID tokens. JWTs that an app checks offline stay valid until they expire. */
export function createSignOut(client: CognitoIdentityProviderClient): UserUpdate {
  return async (user) => {
    const output = await client.send(new AdminUserGlobalSignOutCommand(inputOf(user)), deadline());
    return output.$metadata.requestId;
  };
}

/** The user can't sign in until enabled again. */
export function createDisable(client: CognitoIdentityProviderClient): UserUpdate {
  return async (user) => {
    const output = await client.send(new AdminDisableUserCommand(inputOf(user)), deadline());
    return output.$metadata.requestId;
  };
}

export function createEnable(client: CognitoIdentityProviderClient): UserUpdate {
  return async (user) => {
    const output = await client.send(new AdminEnableUserCommand(inputOf(user)), deadline());
    return output.$metadata.requestId;
  };
}

function inputOf({ poolId, username }: { poolId: string; username: string }) {
  return { UserPoolId: poolId, Username: username };
}

function deadline() {
  return { abortSignal: AbortSignal.timeout(CALL_DEADLINE) };
}
