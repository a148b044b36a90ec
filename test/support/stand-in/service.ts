import { constraintViolation } from './constraints.js';
import { listUsers } from './list-users.js';
import type { Operation, PoolOptions } from './options.js';
import { createPool, type Pool, type User } from './pool.js';
import type { Reply } from './reply.js';
import { serviceError } from './service-error.js';
import { setPassword } from './set-password.js';
import { signIn } from './sign-in.js';
import { adminGetUserAnswer, describeUserPoolAnswer } from './user-shape.js';

/** A request's body: the caller's, so nothing in it is sure to be of the right type. */
export type RequestBody = Record<string, unknown>;

/** The service without its wire: pools, users and what the operations do to them. */
export interface Service {
  call(operation: Operation, request: RequestBody): Reply;
  find(poolId: string, username: string): User | undefined;
  addPool(options: PoolOptions): void;
}

export function createService(pools: PoolOptions[], keepPasswords: boolean): Service {
  const byId = new Map<string, Pool>();
  const addPool = (options: PoolOptions): void => void byId.set(options.id, createPool(options));
  pools.forEach(addPool);
  return {
    addPool,
    find: (poolId, username) => byId.get(poolId)?.find(username),
    call: (operation, request) => {
      if (operation === 'InitiateAuth') return signIn(byId.values(), request);
      const malformed = constraintViolation(constrained(operation, request));
      if (malformed !== undefined) return malformed;
      const pool = byId.get(String(request.UserPoolId));
      if (pool === undefined) {
        return serviceError('ResourceNotFoundException', `User pool ${request.UserPoolId} does not exist.`);
      }
      if (operation === 'DescribeUserPool') return { body: describeUserPoolAnswer(pool) };
      if (operation === 'ListUsers') return listUsers(pool, request);
      const user = pool.find(String(request.Username));
      if (user === undefined) return serviceError('UserNotFoundException');
      return onUser(operation, pool, user, request, keepPasswords);
    },
  };
}

/** The fields that the service checks together, before it looks for anything. */
function constrained(operation: Operation, request: RequestBody): Parameters<typeof constraintViolation>[0] {
  const { UserPoolId: userPoolId, Username: username, Password: password } = request;
  if (operation === 'DescribeUserPool' || operation === 'ListUsers') return { userPoolId };
  return operation === 'AdminSetUserPassword' ? { userPoolId, username, password } : { userPoolId, username };
}

type UserOperation = Exclude<Operation, 'InitiateAuth' | 'DescribeUserPool' | 'ListUsers'>;

function onUser(
  operation: UserOperation,
  pool: Pool,
  user: User,
  request: RequestBody,
  keepPasswords: boolean,
): Reply {
  switch (operation) {
    case 'AdminSetUserPassword':
      return setPassword(pool, user, {
        password: String(request.Password),
        permanent: request.Permanent === true,
        keep: keepPasswords,
      });
    case 'AdminGetUser':
      return { body: adminGetUserAnswer(pool, user) };
    case 'AdminUserGlobalSignOut':
      user.signOuts += 1;
      return { body: {} };
    case 'AdminDisableUser':
    case 'AdminEnableUser':
      user.enabled = operation === 'AdminEnableUser';
      user.modifiedAt = Date.now();
      return { body: {} };
  }
}
