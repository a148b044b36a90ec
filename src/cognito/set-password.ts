import {
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { getSchemaSerdePlugin } from '@smithy/core/schema';
import { CallError } from './call-error.js';
import { callDeadline } from './deadline.js';
import type { Secret } from '../password/secret.js';

/** The call as its pace is named: it has a quota of its own. */
export const SET_PASSWORD = 'AdminSetUserPassword';

export interface SetPasswordInput {
  poolId: string;
  username: string;
  password: Secret;
  permanent: boolean;
}

/** Sets one user's password. Returns the request's id; throws a CallError. */
export type SetPassword = (input: SetPasswordInput) => Promise<string | undefined>;

export function createSetPassword(client: CognitoIdentityProviderClient): SetPassword {
  const send = handlerOf(client);
  return async ({ poolId, username, password, permanent }) => {
    const command = new AdminSetUserPasswordCommand({
      UserPoolId: poolId,
      Username: username,
      Password: password.reveal(),
      Permanent: permanent,
    });
    const { output } = await send(command).catch((error: unknown) => {
      throw new CallError(error, password);
    });
    return output.$metadata.requestId;
  };
}

/**
 * What `client.send` puts together for each call anew, a tenth of its processor time: the way of a command through the
 * SDK's middleware. It is made of a command without a password, as the SDK keeps that one. The SDK can keep it by itself
 * (`cacheMiddleware`), but not where a call has a deadline.
 */
function handlerOf(client: CognitoIdentityProviderClient) {
  let made = false;
  const options = {
    // Asked for when a request is sent; and once now, which would be the deadline of all.
    get abortSignal() {
      return made ? callDeadline() : undefined;
    },
  };
  const command = new AdminSetUserPasswordCommand({
    UserPoolId: undefined,
    Username: undefined,
    Password: undefined,
  });
  const stack = client.middlewareStack.clone();
  // The middleware copies the configuration three times a call: 16 µs each of the client's own object, 4 µs of a fresh one.
  const config = { ...client.config };
  stack.use(getSchemaSerdePlugin(config));
  // With one attempt it retries nothing, and only makes an id and a token for each call. It is named by those that follow it.
  stack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
  const handler = command.resolveMiddleware(stack, config, options);
  made = true;
  return handler;
}
