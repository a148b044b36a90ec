import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  type AdminEnableUserCommandOutput,
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { callDeadline } from './deadline.js';

/** The quota that these calls share, as their pace is named: it is not the one of passwords. */
export const USER_UPDATE = 'UserUpdate';

/** What every answer of the SDK has. */
type MetadataBearer = Pick<AdminEnableUserCommandOutput, '$metadata'>;

/** Does one thing to a user that can be done twice without harm. Returns the request's id; throws the SDK's error. */
export type UserUpdate = (user: { poolId: string; username: string }) => Promise<string | undefined>;

/** Revokes the user's refresh, access and ID tokens. JWTs that an app checks offline stay valid until they expire. */
export function createSignOut(client: CognitoIdentityProviderClient): UserUpdate {
  return updateBy((user, deadline) => client.send(new AdminUserGlobalSignOutCommand(user), deadline));
}

/** The user can't sign in until enabled again. */
export function createDisable(client: CognitoIdentityProviderClient): UserUpdate {
  return updateBy((user, deadline) => client.send(new AdminDisableUserCommand(user), deadline));
}

export function createEnable(client: CognitoIdentityProviderClient): UserUpdate {
  return updateBy((user, deadline) => client.send(new AdminEnableUserCommand(user), deadline));
}

type Send = (
  user: { UserPoolId: string; Username: string },
  deadline: { abortSignal: AbortSignal },
) => Promise<MetadataBearer>;

function updateBy(send: Send): UserUpdate {
  return async ({ poolId, username }) => {
    const deadline = { abortSignal: callDeadline() };
    const { $metadata } = await send({ UserPoolId: poolId, Username: username }, deadline);
    return $metadata.requestId;
  };
}
