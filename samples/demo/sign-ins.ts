import {
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import type { UserRow } from '../../src/manifest/manifest.js';
import type { Secret } from '../../src/password/secret.js';
import { dummyClient, type MadePool, signIn } from '../../test/support/cognito-local-pool.js';

const OLD_PASSWORD = 'The-old-password-1';

interface Seen {
  username: string;
  oldPassword: string;
  newPassword: string;
  status: string;
}

/** Some users of the demo's pool, who sign in before the run with an old password and after it with the new one. */
export interface SignIns {
  before: Seen[];
  after(newPassword: (user: UserRow) => Secret): Promise<Seen[]>;
}

/** Gives the users an old password that is theirs for good, and signs in with it. */
export async function signInsOf(url: string, pool: MadePool, users: readonly UserRow[]): Promise<SignIns> {
  const client = dummyClient(url);
  for (const { username: Username } of users) {
    await client.send(
      new AdminSetUserPasswordCommand({
        UserPoolId: pool.poolId,
        Username,
        Password: OLD_PASSWORD,
        Permanent: true,
      }),
    );
  }
  const look = (newPassword: (user: UserRow) => Secret | undefined): Promise<Seen[]> =>
    Promise.all(
      users.map(async (user) => {
        const { username } = user;
        const password = newPassword(user);
        return {
          username,
          oldPassword: await signIn(url, pool.clientId, username, OLD_PASSWORD),
          newPassword:
            password === undefined ? '' : await signIn(url, pool.clientId, username, password.reveal()),
          status: await statusOf(client, pool.poolId, username),
        };
      }),
    );
  return { before: await look(() => undefined), after: look };
}

async function statusOf(client: CognitoIdentityProviderClient, UserPoolId: string, Username: string) {
  return (await client.send(new AdminGetUserCommand({ UserPoolId, Username }))).UserStatus ?? 'none';
}

/** Whether the new passwords do what they should. cognito-local asks any password of a temporary one's user for a new one, so there the status decides. */
export function signInsAreRight({ before, after }: SeenTwice, temporary: boolean): boolean {
  const wasRight = before.every(
    ({ oldPassword, status }) => oldPassword === 'tokens' && status === 'CONFIRMED',
  );
  const isRight = after.every(({ oldPassword, newPassword, status }) =>
    temporary
      ? newPassword === 'NEW_PASSWORD_REQUIRED' && status === 'FORCE_CHANGE_PASSWORD'
      : newPassword === 'tokens' && status === 'CONFIRMED' && oldPassword !== 'tokens',
  );
  return after.length > 0 && wasRight && isRight;
}

interface SeenTwice {
  before: readonly Seen[];
  after: readonly Seen[];
}

export function signInTable({ before, after }: SeenTwice, temporary: boolean): string {
  const rows = after.map((now, index) => {
    const then = before[index];
    return temporary
      ? [now.username, then?.oldPassword, now.newPassword, `${then?.status} → ${now.status}`]
      : [now.username, then?.oldPassword, now.newPassword, `the old one: ${now.oldPassword}`];
  });
  return [['', 'before', 'new password', temporary ? 'status of the user' : ''], ...rows]
    .map(([user = '', then = '', now = '', more = '']) => {
      return `  ${user.padEnd(11)}${then.padEnd(8)}${now.padEnd(temporary ? 23 : 14)}${more}`.trimEnd();
    })
    .join('\n');
}
