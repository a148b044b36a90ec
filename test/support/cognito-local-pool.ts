import {
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  InitiateAuthCommand,
  type PasswordPolicyType,
} from '@aws-sdk/client-cognito-identity-provider';

export interface PoolWanted {
  users: readonly string[];
  /** Stored and described; cognito-local holds no password against it. */
  policy?: PasswordPolicyType;
  /** @default 'Demo users' */
  name?: string;
  /** UsernameConfiguration; described, and ignored when a user is looked up. @default true */
  caseSensitive?: boolean;
}

export interface MadePool {
  /** `local_` and eight letters or digits: its Region is `local`. */
  poolId: string;
  /** An app client that may sign users in with USER_PASSWORD_AUTH. */
  clientId: string;
}

/** What an attempt to sign in came to; anything else is the error's name. */
export type SignInResult = 'tokens' | 'NEW_PASSWORD_REQUIRED' | (string & {});

/** A client for a stand-in of Cognito at this address, with credentials that are none. */
export function dummyClient(url: string, region = 'local'): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    endpoint: url,
    region,
    credentials: { accessKeyId: 'AKIALOCAL', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

/** Makes a pool with these users, each in FORCE_CHANGE_PASSWORD. */
export async function makePool(url: string, wanted: PoolWanted): Promise<MadePool> {
  const client = dummyClient(url);
  try {
    const { UserPool: pool } = await client.send(
      new CreateUserPoolCommand({
        PoolName: wanted.name ?? 'Demo users',
        UsernameConfiguration: { CaseSensitive: wanted.caseSensitive ?? true },
        ...(wanted.policy && { Policies: { PasswordPolicy: wanted.policy } }),
      }),
    );
    if (pool?.Id === undefined) throw new Error('cognito-local made a pool without an id');
    for (const username of wanted.users) await makeUser(client, pool.Id, username);
    return { poolId: pool.Id, clientId: await makeAppClient(client, pool.Id) };
  } finally {
    client.destroy();
  }
}

/** Tries to sign in with USER_PASSWORD_AUTH. */
export async function signIn(
  url: string,
  clientId: string,
  username: string,
  password: string,
): Promise<SignInResult> {
  const client = dummyClient(url);
  try {
    const answer = await client.send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: clientId,
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    return answer.AuthenticationResult?.AccessToken ? 'tokens' : (answer.ChallengeName ?? 'no answer');
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    client.destroy();
  }
}

async function makeUser(
  client: CognitoIdentityProviderClient,
  poolId: string,
  username: string,
): Promise<void> {
  await client.send(
    new AdminCreateUserCommand({
      UserPoolId: poolId,
      Username: username,
      // Without it cognito-local wants a phone number or an e-mail address to send the welcome to.
      MessageAction: 'SUPPRESS',
    }),
  );
}

async function makeAppClient(client: CognitoIdentityProviderClient, poolId: string): Promise<string> {
  const { UserPoolClient: made } = await client.send(
    new CreateUserPoolClientCommand({
      UserPoolId: poolId,
      ClientName: 'sign-in',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  if (made?.ClientId === undefined) throw new Error('cognito-local made an app client without an id');
  return made.ClientId;
}
