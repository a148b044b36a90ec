import {
  type AliasAttributeType,
  type CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  type UsernameAttributeType,
} from '@aws-sdk/client-cognito-identity-provider';
import { type PasswordPolicy, policyOf } from '../password/policy.js';
import { UsageError } from '../usage-error.js';
import { verdictOf } from './errors.js';
import { stopAdvice } from './stop-advice.js';

/** What the run needs to know of the pool before the first password is sent. */
export interface Pool {
  id: string;
  name: string;
  /** Users, as the service estimates it. */
  estimatedUsers: number | undefined;
  /** Whether `bob` and `BOB` are two users; aliases follow the same rule. */
  caseSensitive: boolean;
  /** Other names that a user can sign in by, and that a call may name them by. */
  aliasAttributes: AliasAttributeType[];
  /** What people sign in by instead of a username, which the service makes then. */
  usernameAttributes: UsernameAttributeType[];
  /** What an IAM policy names the pool by. */
  arn: string | undefined;
  policy: PasswordPolicy;
}

const POOL_ID = /^[\w-]+_[0-9a-zA-Z]+$/;
const POOL_ID_LENGTH = 55;

/** The Region is the pool id's prefix. Throws UsageError for what can't be a pool's id. */
export function regionOfPool(poolId: string): string {
  if (!POOL_ID.test(poolId) || poolId.length > POOL_ID_LENGTH) {
    throw new UsageError(
      `--pool-id ${JSON.stringify(poolId)} is not a user pool's id: it looks like eu-west-1_AbCdEf123.`,
    );
  }
  return poolId.slice(0, poolId.lastIndexOf('_'));
}

/**
 * Asks the service for the pool (DescribeUserPool): the first call of a run, so a wrong pool, missing
 * credentials or a wrong endpoint is found before any password is sent. Throws UsageError.
 */
export async function describePool(client: CognitoIdentityProviderClient, poolId: string): Promise<Pool> {
  try {
    const { UserPool: pool } = await client.send(new DescribeUserPoolCommand({ UserPoolId: poolId }));
    if (pool === undefined) throw new UsageError(`DescribeUserPool of ${poolId} came back empty.`);
    return {
      id: poolId,
      name: pool.Name ?? poolId,
      estimatedUsers: pool.EstimatedNumberOfUsers,
      // Pools made before the setting existed have no UsernameConfiguration and are case sensitive
      // (API_UsernameConfigurationType: "This configuration is immutable", `true` for the older pools).
      caseSensitive: pool.UsernameConfiguration?.CaseSensitive ?? true,
      aliasAttributes: pool.AliasAttributes ?? [],
      usernameAttributes: pool.UsernameAttributes ?? [],
      arn: pool.Arn,
      policy: policyOf(pool),
    };
  } catch (error) {
    throw error instanceof UsageError ? error : whyNotDescribed(poolId, error);
  }
}

function whyNotDescribed(poolId: string, error: unknown): UsageError {
  const verdict = verdictOf(error);
  const message = 'message' in verdict && verdict.message !== '' ? `: ${verdict.message}` : '';
  const advice =
    verdict.answer === 'stop-run' || verdict.answer === 'fail-user'
      ? stopAdvice(verdict.error)
      : verdict.answer === 'slow-queue'
        ? 'The service asks to slow down: try again in a minute.'
        : 'Nobody answered as a user pool would: check the network, the Region and --endpoint-url.';
  return new UsageError(
    `The pool ${poolId} could not be looked up (DescribeUserPool): ${verdict.error}${message}${/[.!?]$/.test(message) ? '' : '.'} ${advice}`,
    {
      cause: error,
    },
  );
}
