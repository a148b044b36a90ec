import { passwordHash } from './password-hash.js';
import type { Pool, User } from './pool.js';
import type { Reply } from './reply.js';
import { serviceError } from './service-error.js';

interface SignIn {
  AuthFlow?: unknown;
  ClientId?: unknown;
  AuthParameters?: { USERNAME?: unknown; PASSWORD?: unknown };
}

/** InitiateAuth with USER_PASSWORD_AUTH: enough to see whether a password is the user's, and nothing more. */
export function signIn(pools: Iterable<Pool>, request: SignIn): Reply {
  const pool = [...pools].find(({ clientId }) => clientId === request.ClientId);
  if (pool === undefined) {
    return serviceError('ResourceNotFoundException', `User pool client ${request.ClientId} does not exist.`);
  }
  if (request.AuthFlow !== 'USER_PASSWORD_AUTH') {
    return serviceError('InvalidParameterException', 'Initiate Auth method not supported.');
  }
  const user = pool.find(String(request.AuthParameters?.USERNAME));
  const refusal = refusalOf(user, String(request.AuthParameters?.PASSWORD));
  if (refusal !== undefined) return refusal;
  if (user?.status === 'FORCE_CHANGE_PASSWORD') {
    return {
      body: {
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ChallengeParameters: { USER_ID_FOR_SRP: user.username },
        Session: 'stand-in-session',
      },
    };
  }
  const tokens = { AccessToken: 'access', IdToken: 'id', RefreshToken: 'refresh' };
  return { body: { AuthenticationResult: { ...tokens, ExpiresIn: 3600, TokenType: 'Bearer' } } };
}

function refusalOf(user: User | undefined, password: string): Reply | undefined {
  const wrong = serviceError('NotAuthorizedException', 'Incorrect username or password.');
  if (user === undefined) return wrong;
  if (!user.enabled) return serviceError('NotAuthorizedException', 'User is disabled.');
  if (user.passwordHash !== passwordHash(password)) return wrong;
  if (user.status === 'UNCONFIRMED')
    return serviceError('UserNotConfirmedException', 'User is not confirmed.');
  return undefined;
}
