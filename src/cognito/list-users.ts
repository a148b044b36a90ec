import {
  type CognitoIdentityProviderClient,
  ListUsersCommand,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { memoryPaceStore } from '../rate/pace-store.js';
import { createPacer } from '../rate/pacer.js';
import { UsageError } from '../usage-error.js';
import { type UserStatus, userStatus } from './user-status.js';
import { type Answer, type CallContext, callUntilAnswered } from './call-until-answered.js';
import { callDeadline } from './deadline.js';
import { knownAdvice } from './stop-advice.js';

/**
 * Calls of ListUsers a second. Its quota, UserList, is 30 for the account and Region and is no other operation's
 * (COGNITO.md 4); a third of it is left to consoles and back ends.
 */
const LIST_RATE = 20;
/** Users on a page, at most. */
export const PAGE_USERS = 60;

/** A user as ListUsers shows them; eventually consistent, and nobody becomes a billed user by it. */
export interface ListedUser {
  username: string;
  status: UserStatus;
  enabled: boolean;
  createdAt: Date | undefined;
  modifiedAt: Date | undefined;
  /** By the attribute's name, `sub` among them. */
  attributes: ReadonlyMap<string, string>;
}

export interface UserPage {
  users: ListedUser[];
  /** Where the next page begins; undefined on the last. */
  next: string | undefined;
}

export interface ListUsersOptions {
  poolId: string;
  /** ListUsers' own filter expression, of one attribute. */
  filter?: string | undefined;
  /** Where to begin: `next` of an earlier page, with the same filter. */
  from?: string | undefined;
}

/** The pages of a listing, in the pool's order. */
export type ListUsers = (options: ListUsersOptions) => AsyncGenerator<UserPage>;

/** ListUsers was refused, or not answered in a long time. `error` is the service's name for it. */
export class ListUsersError extends UsageError {
  readonly error: string;

  constructor(poolId: string, { error, message }: { error: string; message: string }) {
    const why = message === '' ? error : `${error}: ${message.replace(/\.$/, '')}`;
    super(`The users of ${poolId} could not be listed (ListUsers): ${why}. ${adviceFor(error)}`);
    this.error = error;
  }
}

function adviceFor(error: string): string {
  if (error.startsWith('AccessDenied')) return 'Allow cognito-idp:ListUsers on the pool.';
  if (error === 'InvalidParameterException') return 'Check the filter, if you gave one.';
  return knownAdvice(error) ?? 'Try again later.';
}

/**
 * Lists users at the pace of their own quota; all listings that come of one call of this share it. A throttle slows
 * them down and costs nothing, and a page may be empty in the midst of a pool.
 *
 * The listing throws ListUsersError, or the signal's reason.
 */
export function createListUsers(client: CognitoIdentityProviderClient, signal: AbortSignal): ListUsers {
  const pacer = createPacer(memoryPaceStore(), LIST_RATE);
  const context: CallContext = { pacer, signal, endpoint: { lastAnswerAt: performance.now() } };

  return async function* ({ poolId, filter, from }) {
    let token = from;
    do {
      const page = await listPage(client, context, { poolId, filter, from: token });
      yield page;
      if (page.next !== undefined && page.next === token) {
        throw new ListUsersError(poolId, { error: 'SamePageAgain', message: 'the next page is this one' });
      }
      token = page.next;
    } while (token !== undefined);
  };
}

async function listPage(
  client: CognitoIdentityProviderClient,
  context: CallContext,
  { poolId, filter, from }: ListUsersOptions,
): Promise<UserPage> {
  let page: UserPage | undefined;
  const answer = await callUntilAnswered(async () => {
    const command = new ListUsersCommand({
      UserPoolId: poolId,
      Limit: PAGE_USERS,
      ...(filter === undefined ? {} : { Filter: filter }),
      ...(from === undefined ? {} : { PaginationToken: from }),
    });
    const output = await client.send(command, { abortSignal: callDeadline() });
    page = { users: (output.Users ?? []).flatMap(listedUser), next: output.PaginationToken };
    return output.$metadata.requestId;
  }, context);
  if (answer.kind === 'applied' && page !== undefined) return page;
  throw whyNotListed(poolId, answer, context.signal);
}

function whyNotListed(poolId: string, answer: Answer, signal: AbortSignal): unknown {
  if (answer.kind === 'refused' || answer.kind === 'stopped') return new ListUsersError(poolId, answer);
  return signal.reason;
}

function listedUser({
  Username,
  Attributes,
  Enabled,
  UserStatus: status,
  UserCreateDate,
  UserLastModifiedDate,
}: UserType): ListedUser[] {
  if (Username === undefined) return [];
  const attributes = new Map<string, string>();
  for (const { Name, Value } of Attributes ?? []) {
    if (Name !== undefined && Value !== undefined) attributes.set(Name, Value);
  }
  return [
    {
      username: Username,
      status: userStatus(status),
      enabled: Enabled ?? true,
      createdAt: UserCreateDate,
      modifiedAt: UserLastModifiedDate,
      attributes,
    },
  ];
}
