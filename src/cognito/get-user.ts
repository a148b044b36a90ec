import {
  AdminGetUserCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { memoryPaceStore } from '../rate/pace-store.js';
import { createPacer } from '../rate/pacer.js';
import { UsageError } from '../usage-error.js';
import { type CallContext, callUntilAnswered } from './call-until-answered.js';
import type { ListedUser } from './list-users.js';
import { callDeadline } from './deadline.js';
import { knownAdvice } from './stop-advice.js';
import { userStatus } from './user-status.js';

/** Calls of AdminGetUser a second. Its quota, UserRead, is 120 (COGNITO.md 4); half of it is left to back ends. */
const GET_RATE = 60;

/** Asks for one user, by any of their names, as they are at this moment; undefined when there is none. */
export type GetUser = (username: string) => Promise<ListedUser | undefined>;

/**
 * AdminGetUser is consistent, unlike ListUsers, and makes the user a billed active user of the month.
 *
 * What it makes throws UsageError when the service refuses, or the signal's reason.
 */
export function createGetUser(
  client: CognitoIdentityProviderClient,
  poolId: string,
  signal: AbortSignal,
): GetUser {
  const pacer = createPacer(memoryPaceStore(), GET_RATE);
  const context: CallContext = { pacer, signal, endpoint: { lastAnswerAt: performance.now() } };
  return async (username) => {
    let user: ListedUser | undefined;
    const answer = await callUntilAnswered(async () => {
      const command = new AdminGetUserCommand({ UserPoolId: poolId, Username: username });
      const output = await client.send(command, { abortSignal: callDeadline() });
      user = {
        username: output.Username ?? username,
        status: userStatus(output.UserStatus),
        enabled: output.Enabled ?? true,
        createdAt: output.UserCreateDate,
        modifiedAt: output.UserLastModifiedDate,
        attributes: new Map(),
      };
      return output.$metadata.requestId;
    }, context);
    if (answer.kind === 'applied') return user;
    if (answer.kind === 'refused' && answer.error === 'UserNotFoundException') return undefined;
    if (answer.kind !== 'refused' && answer.kind !== 'stopped') throw signal.reason;
    const advice = answer.error.startsWith('AccessDenied')
      ? 'Allow cognito-idp:AdminGetUser on the pool, or leave out --exact.'
      : (knownAdvice(answer.error) ?? 'Try again later.');
    throw new UsageError(`A user could not be asked for (AdminGetUser): ${answer.error}. ${advice}`);
  };
}
